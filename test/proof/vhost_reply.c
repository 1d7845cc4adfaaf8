/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The reply of a back end to a request, of any content and in any parts, with any descriptors: it
 * is taken only if it is exactly as long as the request demands; nothing is written beyond the
 * buffer for it; each descriptor that comes is closed once; and no part is waited for when time
 * is up. BYTES: how bytes are received, or what is made of them.
 */

#include "vio_vhost.c"

#include "proof.h"

#define LEN_MAX		12	/* of a header; most payloads are of 8 bytes */
#define WAITS_MAX	2	/* then time is up */
#define PARTS_MAX	4	/* the last one is all that was left out */

static unsigned int nb_waits, nb_parts, nb_fds_came, nb_fds_closed;
static size_t nb_bytes;
static struct vhost_user_header came;
static bool failed;

/* In place of poll() and the clock: no wait is longer than until the deadline. */
int
wait_any(const struct vio_vhost *c __rte_unused, short events, uint64_t deadline __rte_unused)
{
	PROVE(events == POLLIN, "waits to read");
	return nb_waits++ < WAITS_MAX ? 0 : -ETIMEDOUT;
}

/* In place of vio_vhost_fail(), which ends the connection. */
int
fail_any(struct vio_vhost *c __rte_unused, enum vhost_user_request request __rte_unused,
	 const char *fmt __rte_unused, ...)
{
	failed = true;
	return -ENOTCONN;
}

char *
strerror(int error __rte_unused)
{
	static char text[] = "";

	return text;
}

/* The kernel: some of the bytes that there is room for, and descriptors, as many as fit. */
ssize_t
recvmsg(int fd __rte_unused, struct msghdr *msg, int flags)
{
	unsigned int nb = nondet_u8(), i;
	struct cmsghdr *cmsg = msg->msg_control;
	size_t len = nondet_u16();

	PROVE(flags & MSG_DONTWAIT, "never waits");
	PROVE(msg->msg_iovlen == 1 && __CPROVER_w_ok(msg->msg_iov->iov_base,
						     msg->msg_iov->iov_len), "room for it");
	PROVE(__CPROVER_w_ok(cmsg, msg->msg_controllen), "room for descriptors");
	if (nondet_bool()) {
		errno = nondet_bool() ? EAGAIN : nondet_bool() ? EINTR : ECONNRESET;
		return -1;
	}
	nb_parts++;
	ASSUME(nb <= 2 && len <= msg->msg_iov->iov_len);
	ASSUME(len == 0 || nb_parts < PARTS_MAX || len == msg->msg_iov->iov_len);
	ASSUME(CMSG_SPACE(nb * sizeof(int)) <= msg->msg_controllen);
	msg->msg_flags = nondet_int();
	msg->msg_controllen = nb == 0 ? 0 : CMSG_SPACE(nb * sizeof(int));
	if (nb > 0) {
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(nb * sizeof(int));
		for (i = 0; i < nb; i++)
			((int *)CMSG_DATA(cmsg))[i] = nb_fds_came++;
	}
	__CPROVER_havoc_slice(msg->msg_iov->iov_base, len);
	nb_bytes += len;
	return len;
}

/* glibc's, of one control message. */
struct cmsghdr *
__cmsg_nxthdr(struct msghdr *msg __rte_unused, struct cmsghdr *cmsg __rte_unused)
{
	return NULL;
}

int
close(int fd)
{
	PROVE(fd == (int)nb_fds_closed++, "each that came, once");
	return 0;
}

/* In place of bytes_recv(), which is proved by itself: all bytes, or the connection fails. */
int
bytes_any(struct vio_vhost *c __rte_unused, enum vhost_user_request request __rte_unused,
	  void *buf, size_t len, uint64_t deadline __rte_unused)
{
	PROVE(__CPROVER_w_ok(buf, len), "room for it");
	if (nondet_bool()) {
		failed = true;
		return -ENOTCONN;
	}
	if (nb_bytes == 0) {
		PROVE(len == sizeof(came), "the header first");
		proof_havoc(&came, sizeof(came));
		*(struct vhost_user_header *)buf = came;
	} else {
		proof_havoc(buf, len);
	}
	nb_bytes += len;
	return 0;
}

#if BYTES
static void
prove_bytes(struct vio_vhost *conn)
{
	size_t len = nondet_u8();
	void *buf;
	int ret;

	ASSUME(len > 0 && len <= LEN_MAX);
	buf = __CPROVER_allocate(len, false);
	ret = bytes_recv(conn, nondet_u8(), buf, len, nondet_u64());
	PROVE(nb_fds_closed == nb_fds_came, "no descriptor stays open");
	PROVE(nb_fds_came == 0 || failed, "none is expected");
	PROVE((ret == 0 && nb_bytes == len) || (ret == -ENOTCONN && failed), "all, or none");
	REACHED(ret == 0 && nb_waits > 0, "bytes in parts");
	REACHED(failed && nb_fds_closed == 2, "descriptors");
	REACHED(failed && nb_waits > WAITS_MAX, "silence");
}

#else
static void
prove_reply(struct vio_vhost *conn)
{
	struct reply reply = { .len = nondet_u8(), .may_refuse = nondet_bool() };
	uint8_t request = nondet_u8();
	int ret;

	ASSUME(reply.len > 0 && reply.len <= LEN_MAX);
	reply.payload = __CPROVER_allocate(reply.len, false);
	ret = reply_recv(conn, request, &reply, nondet_u64());
	PROVE(ret == 0 || ret == -EIO || (ret == -ENOTCONN && failed), "as it should be");
	PROVE(ret != 0 || (came.request == request && came.size == reply.len &&
			   came.flags & VHOST_USER_REPLY_MASK), "the reply to this request");
	PROVE(ret != 0 || nb_bytes == sizeof(came) + reply.len, "all of it");
	PROVE(ret != -EIO || (came.size == 0 && reply.may_refuse), "where there may be a refusal");
	REACHED(ret == 0, "a reply");
	REACHED(ret == -EIO, "a refusal");
}
#endif

void
proof(void)
{
	struct vio_vhost conn = { .name = "proof" };

#if BYTES
	prove_bytes(&conn);
#else
	prove_reply(&conn);
#endif
}
