/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The messages of a vhost-user back end: its replies to requests, and requests of its own.
 * Input: steps of an operation, what the operation needs, the length of what the back end writes,
 * and that. The back end wrote before the driver looks, so that nothing waits: a deadline of zero
 * is met by whatever is there.
 *
 * A reply is judged here by itself, and the driver must come to the same end.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "vio_user_req.h"
#include "vio_vhost.h"

#define STEPS_MAX	16
#define FDS_MAX		10	/* more than the driver has room for */
#define WRITTEN_MAX	600	/* bytes at once; two of the longest messages */

enum operation {
	OP_GET_U64,
	OP_GET_VRING_BASE,
	OP_GET_CONFIG,
	OP_SET_U64,
	OP_REQUESTS,
	OP_RENEW,
	OP_CLOSE,
	NB_OPS
};

/* Both ends of the connection, and of the socket for the back end's own requests. */
struct ends {
	struct vio_vhost conn;
	struct vio_user_req req;
	int backend;
	int req_backend;

	/* Of the back end's requests: bytes of the next one, and whether there is none any more. */
	uint8_t pending[WRITTEN_MAX * STEPS_MAX];
	size_t nb_pending;
	bool req_ended;
};

/* What the driver makes of the back end's requests at once. */
struct served {
	unsigned int nb_answers;
	bool changed;	/* the configuration */
};

/* A reply as the protocol has it. */
struct expected {
	uint32_t request;
	const uint8_t *data;	/* what the back end wrote */
	size_t len;
	bool fds;		/* and descriptors with it */
};

static const struct vhost_user_header *
header_of(const struct expected *e)
{
	return (const struct vhost_user_header *)e->data;
}

/* Whether it is the reply, with size bytes of payload and nothing else. */
static bool
is_reply(const struct expected *e, size_t size)
{
	struct vhost_user_header hdr;

	if (e->fds || e->len < sizeof(hdr) + size)
		return false;
	memcpy(&hdr, header_of(e), sizeof(hdr));
	return hdr.request == e->request && (hdr.flags & 3) == 1 && (hdr.flags & 4) != 0 &&
	       hdr.size == size;
}

static void
pair_make(int *mine, int *other)
{
	int fds[2];

	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0, "socketpair");
	*mine = fds[0];
	*other = fds[1];
}

/* The back end writes what the input has, perhaps with descriptors. */
static void
backend_writes(int fd, struct fuzz_input *in, uint8_t *buf, struct expected *e)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = { .hdr = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { .iov_base = buf };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int nb_fds = fuzz_u8(in), i;

	/* seldom, as they end every connection */
	nb_fds = nb_fds <= FDS_MAX ? nb_fds : 0;
	e->len = fuzz_bytes(in, buf, RTE_MIN(fuzz_u16(in), WRITTEN_MAX));
	e->data = buf;
	e->fds = nb_fds > 0;
	iov.iov_len = e->len;
	if (e->len == 0)
		return;
	for (i = 0; i < nb_fds; i++)
		memcpy(CMSG_DATA(&control.hdr) + i * sizeof(fd), &fd, sizeof(fd));
	if (nb_fds > 0) {
		control.hdr.cmsg_len = CMSG_LEN(nb_fds * sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(fd));
	}
	if (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0)
		e->len = 0;
}

/* The driver's end must agree with the judgement, and hold exactly the payload. */
static void
reply_check(struct ends *s, const struct expected *e, bool was_up, int ret, const void *got,
	size_t size)
{
	bool good = was_up && is_reply(e, size);

	FUZZ_CHECK((ret == 0) == good, "request %u: %d, and the reply is %s", e->request, ret,
		good ? "good" : "none");
	FUZZ_CHECK(ret == 0 || ret == -ENOTCONN, "request %u: %d", e->request, ret);
	FUZZ_CHECK(good || !vio_vhost_is_up(&s->conn), "the connection stands after nonsense");
	if (good)
		FUZZ_CHECK(memcmp(got, header_of(e) + 1, size) == 0, "payload");
}

/* Makes the connection such that what was not read of a reply is not taken for the next one. */
static void
drain(struct ends *s)
{
	uint8_t buf[WRITTEN_MAX];

	while (recv(s->conn.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	while (recv(s->backend, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

static void
get(struct ends *s, struct expected *e, uint32_t request, size_t size)
{
	struct vhost_user_vring_state state = { .index = 1 };
	bool was_up = vio_vhost_is_up(&s->conn);
	void *reply = malloc(size);	/* of its own, for the sanitizer */
	int ret;

	FUZZ_CHECK(reply != NULL, "no memory");
	e->request = request;
	ret = vio_vhost_get(&s->conn, request, &state, sizeof(state), reply, size);
	reply_check(s, e, was_up, ret, reply, size);
	free(reply);
}

/* GET_CONFIG, which the back end may refuse, and whose payload says what it is again. */
static void
get_config(struct ends *s, struct expected *e, size_t size)
{
	const size_t head = offsetof(struct vhost_user_config, region);
	bool was_up = vio_vhost_is_up(&s->conn);
	bool refused = false, good = false;
	struct vhost_user_config config;
	uint8_t *dst = malloc(RTE_MAX(size, 1u));
	int ret;

	FUZZ_CHECK(dst != NULL, "no memory");
	e->request = VHOST_USER_GET_CONFIG;
	ret = vio_vhost_get_config(&s->conn, dst, size);
	if (was_up) {
		refused = is_reply(e, 0);
		good = is_reply(e, head + size);
	}
	if (good) {
		memcpy(&config, header_of(e) + 1, head);
		good = config.offset == 0 && config.size == size;
	}
	FUZZ_CHECK(ret == (good ? 0 : refused ? -EIO : -ENOTCONN), "GET_CONFIG of %zu bytes: %d",
		size, ret);
	FUZZ_CHECK(!good || memcmp(dst, e->data + sizeof(struct vhost_user_header) + head,
		size) == 0, "configuration");
	free(dst);
}

/* A request without a reply of its own, but for REPLY_ACK. */
static void
set(struct ends *s, struct expected *e)
{
	bool was_up = vio_vhost_is_up(&s->conn);
	uint64_t ack = 0;
	bool good;
	int ret;

	e->request = VHOST_USER_SET_FEATURES;
	ret = vio_vhost_set_u64(&s->conn, e->request, UINT64_MAX);
	good = was_up && (!s->conn.reply_ack || is_reply(e, sizeof(ack)));
	if (good && s->conn.reply_ack)
		memcpy(&ack, header_of(e) + 1, sizeof(ack));
	FUZZ_CHECK(ret == (!good ? -ENOTCONN : ack == 0 ? 0 : -EIO), "SET_FEATURES: %d", ret);
}

/* What is to be made of the requests that are complete with what was written now. */
static struct served
requests_judge(struct ends *s, const struct expected *e)
{
	struct served served = { .changed = false };
	struct vhost_user_header hdr;

	memcpy(s->pending + s->nb_pending, e->data, e->len);
	s->nb_pending += e->len;
	while (!s->req_ended && s->nb_pending >= sizeof(hdr)) {
		memcpy(&hdr, s->pending, sizeof(hdr));
		s->req_ended = hdr.size > VIO_USER_REQ_PAYLOAD_MAX;
		if (s->req_ended || s->nb_pending < sizeof(hdr) + hdr.size)
			break;
		s->nb_pending -= sizeof(hdr) + hdr.size;
		memmove(s->pending, s->pending + sizeof(hdr) + hdr.size, s->nb_pending);
		s->req_ended = (hdr.flags & 3) != 1;
		if (s->req_ended)
			break;
		served.changed |= hdr.request == VHOST_USER_BACKEND_CONFIG_CHANGE_MSG;
		served.nb_answers += s->conn.reply_ack && (hdr.flags & 8) != 0;
	}
	return served;
}

/* The back end's requests are served until there is no more to do. */
static void
requests_serve(struct ends *s, const struct expected *e)
{
	const size_t answer = sizeof(struct vhost_user_header) + sizeof(uint64_t);
	uint8_t buf[sizeof(struct vhost_user_header) + sizeof(uint64_t)];
	const struct served expected = requests_judge(s, e);
	struct served got = { .changed = false };
	struct vhost_user_header hdr;
	unsigned int i;
	ssize_t len;

	/* each serves 16 at most */
	for (i = 0; i < WRITTEN_MAX / sizeof(hdr) / 16 + 1; i++) {
		got.changed |= vio_user_req_serve(&s->req);
		FUZZ_CHECK(s->req.got <= sizeof(s->req.msg), "%zu bytes of a request",
			s->req.got);
	}
	while ((len = recv(s->req_backend, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		memcpy(&hdr, buf, sizeof(hdr));
		FUZZ_CHECK((size_t)len == answer && hdr.size == sizeof(uint64_t) &&
			(hdr.flags & 7) == 5, "answer of %zd bytes", len);
		got.nb_answers++;
	}
	FUZZ_CHECK(got.nb_answers == expected.nb_answers && got.changed == expected.changed,
		"%u answers, %u expected; a change %d, %d", got.nb_answers, expected.nb_answers,
		got.changed, expected.changed);
	FUZZ_CHECK(!s->req_ended || s->req.fd < 0, "requests are heard after the last one");
}

/* A back end that comes back. */
static void
renew(struct ends *s)
{
	int mine;

	vio_vhost_end(&s->conn);
	close(s->backend);
	pair_make(&mine, &s->backend);
	FUZZ_CHECK(vio_vhost_renew(&s->conn, mine) == 0 && vio_vhost_is_up(&s->conn), "renew");
}

static void
step(struct ends *s, struct fuzz_input *in)
{
	uint8_t op = fuzz_u8(in) % NB_OPS, arg = fuzz_u8(in), buf[WRITTEN_MAX];
	struct expected e;

	s->conn.reply_ack = arg & 1;
	backend_writes(op == OP_REQUESTS ? s->req_backend : s->backend, in, buf, &e);
	switch (op) {
	case OP_GET_U64:
		get(s, &e, VHOST_USER_GET_FEATURES, sizeof(uint64_t));
		break;
	case OP_GET_VRING_BASE:
		get(s, &e, VHOST_USER_GET_VRING_BASE, sizeof(struct vhost_user_vring_state));
		break;
	case OP_GET_CONFIG:
		get_config(s, &e, arg);
		break;
	case OP_SET_U64:
		set(s, &e);
		break;
	case OP_REQUESTS:
		requests_serve(s, &e);
		break;
	case OP_RENEW:
		renew(s);
		break;
	default:
		shutdown(s->backend, SHUT_WR);
		shutdown(s->req_backend, SHUT_WR);
		s->req_ended = true;
		break;
	}
	drain(s);
}

/* The descriptor that the next one gets: another than before shows that one was left open. */
static int
next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .data = data, .len = len };
	int before = next_fd(), mine;
	unsigned int i;
	struct ends s;

	s.nb_pending = 0;
	s.req_ended = false;
	pair_make(&mine, &s.backend);
	FUZZ_CHECK(vio_vhost_init(&s.conn, "fuzz", mine) == 0, "init");
	s.conn.deadline_ms = 0;
	s.req = (struct vio_user_req){ .conn = &s.conn, .event_fd = -1 };
	pair_make(&s.req.fd, &s.req_backend);
	for (i = 0; i < STEPS_MAX && in.len > 0; i++)
		step(&s, &in);
	if (s.req.fd >= 0)
		close(s.req.fd);
	close(s.req_backend);
	vio_vhost_fini(&s.conn);
	close(s.backend);
	FUZZ_CHECK(next_fd() == before, "a descriptor is left open");
	return 0;
}
