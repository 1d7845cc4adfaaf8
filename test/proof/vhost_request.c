/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What comes next of a back end's request, whatever came before of it: nothing is written beyond
 * the room for it, it is complete when all of it is there, and where one cannot be, the socket is
 * closed, once. So, by induction, of a request in any number of parts.
 */

#include "vio_user_req.c"

#include "proof.h"

#define PARTS_MAX	3	/* at once; then nothing more is there */

static struct vio_user_req req;
static unsigned int nb_parts, nb_closed;
static bool answered;

struct vio_user_req
nondet_req(void);

/* The kernel: some of the bytes that there is room for. A payload is never looked at. */
ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	uint8_t *hdr = (uint8_t *)&req.msg.hdr;
	size_t got = nondet_u16(), i;

	PROVE(fd >= 0 && (flags & MSG_DONTWAIT), "an open socket, without waiting");
	PROVE(len > 0 && __CPROVER_w_ok(buf, len), "room for it");
	if (nb_parts == PARTS_MAX || nondet_bool()) {
		errno = nb_parts == PARTS_MAX || nondet_bool() ? EAGAIN : ECONNRESET;
		return -1;
	}
	nb_parts++;
	ASSUME(got <= len);
	for (i = 0; i < sizeof(req.msg.hdr); i++)
		if (i >= req.got && i < req.got + got)
			hdr[i] = nondet_u8();
	return got;
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	PROVE(fd >= 0 && (flags & MSG_DONTWAIT), "an open socket, without waiting");
	PROVE(__CPROVER_r_ok(buf, len), "an answer");
	answered = true;
	return nondet_bool() ? (ssize_t)len : -1;
}

int
close(int fd)
{
	PROVE(fd == 3 && nb_closed++ == 0, "the socket, once");
	return 0;
}

/* Of a request that is not complete. */
static bool
is_right(void)
{
	return req.fd < 0 || req.got < sizeof(req.msg.hdr) ||
	       (req.msg.hdr.size <= VIO_USER_REQ_PAYLOAD_MAX &&
		req.got < sizeof(req.msg.hdr) + req.msg.hdr.size);
}

void
proof(void)
{
	struct vio_vhost conn = { .name = "proof", .reply_ack = nondet_bool() };
	bool complete;

	req = nondet_req();
	req.conn = &conn;
	req.fd = 3;
	ASSUME(is_right());

	complete = request_recv(&req);

	PROVE(!complete || (req.fd == 3 && req.msg.hdr.size <= VIO_USER_REQ_PAYLOAD_MAX &&
			    req.got == sizeof(req.msg.hdr) + req.msg.hdr.size), "all of it");
	PROVE(complete || is_right(), "a part of it, or no socket");
	PROVE((req.fd == -1) == (nb_closed == 1), "closed, or still open");
	REACHED(!complete && req.fd == 3 && req.got > sizeof(req.msg.hdr), "a part of one");
	REACHED(!complete && req.fd == -1 && req.got == sizeof(req.msg.hdr), "one that cannot be");
	if (!complete)
		return;

	request_answer(&req, nondet_bool());

	PROVE(!answered || conn.reply_ack, "an answer only where it was agreed on");
	PROVE((req.fd == -1) == (nb_closed == 1), "closed, or still open");
	REACHED(req.fd == 3 && answered, "an answer");
	REACHED(req.fd == 3 && !answered, "none");
	REACHED(req.fd == -1, "an answer that is not taken");
}
