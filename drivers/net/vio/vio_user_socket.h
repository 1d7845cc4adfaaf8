/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Where a net_vio_user device meets its back end: the path of a socket, and who listens there. */

#ifndef VIO_USER_SOCKET_H
#define VIO_USER_SOCKET_H

#include <stdbool.h>

/* Bytes of a socket's path with its end, as unix(7) has it. */
#define VIO_USER_PATH_SIZE	108

/* How long a server waits for its first back end. */
#define VIO_USER_FIRST_DEADLINE_MS	60000

struct vio_user_socket {
	const char *name;	/* the device's, for messages */
	char path[VIO_USER_PATH_SIZE];
	bool server;		/* the driver listens, and not the back end */
	unsigned int deadline_ms;	/* of the first connection to a server */
	int listen_fd;		/* of a server */
};

/*
 * Gets the first connection: to the back end that listens at path or, as a server, of the one that
 * comes within VIO_USER_FIRST_DEADLINE_MS. A socket that a process left at path when it died is
 * removed. name and path are copied by address and by value. Returns a socket, or -errno with a
 * message, after which there is nothing to close.
 */
int
vio_user_socket_open(struct vio_user_socket *s, const char *name, const char *path, bool server);

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
