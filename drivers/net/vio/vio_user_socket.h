/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Where a net_vio_user device meets its back end: the path of a socket, and who listens there. */

#ifndef VIO_USER_SOCKET_H
#define VIO_USER_SOCKET_H

#include <stdbool.h>

/* Bytes of a socket's path with its end, as unix(7) has it. */
#define VIO_USER_PATH_SIZE	108

struct vio_user_socket {
	const char *name;	/* the device's, for messages */
	char path[VIO_USER_PATH_SIZE];
	bool server;		/* the driver listens, and not the back end */
	int listen_fd;		/* of a server */
};

/*
 * Begins to listen at the path, if s is a server, and gets the first connection: of the back end
 * that comes there within wait_ms or, as a client, to the one that listens there. A socket that a
 * process left at the path when it died is removed. Returns a socket, or -errno with a message,
 * after which there is nothing to close.
 */
int
vio_user_socket_open(struct vio_user_socket *s, unsigned int wait_ms);

/*
 * Gets a further connection, without waiting and without a message. Returns a socket, or -errno
 * when there is no back end.
 */
int
vio_user_socket_next(struct vio_user_socket *s);

/* Listens no longer, and removes a server's socket. */
void
vio_user_socket_close(struct vio_user_socket *s);

#endif /* VIO_USER_SOCKET_H */
