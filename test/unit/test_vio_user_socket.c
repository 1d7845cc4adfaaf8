/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Where a net_vio_user device meets its back end. Each case leaves no file and no descriptor. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_string_fns.h>

#include "test.h"

#include "fake_backend.h"
#include "vio_user_socket.h"

#define WAIT_MS		50
#define PATIENCE_MS	2000

static struct vio_user_socket sock;
static struct fake_backend backend;
static unsigned int nb_fds_before;
static char folder[] = "/tmp/net_vio_test.XXXXXX";

static int
setup(void)
{
	nb_fds_before = fake_backend_open_fds();
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return TEST_FAILED;
	memset(&sock, 0, sizeof(sock));
	sock.name = "vio_user_test";
	sock.listen_fd = -1;
	snprintf(sock.path, sizeof(sock.path), "%s/socket", folder);
	fake_backend_init(&backend);
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	vio_user_socket_close(&sock);
	fake_backend_stop(&backend);
	unlink(sock.path);
	rmdir(folder);
}

/* Nothing is left, the folder neither. */
static int
finish(void)
{
	unsigned int nb_fds;

	vio_user_socket_close(&sock);
	fake_backend_stop(&backend);
	nb_fds = fake_backend_open_fds();
	TEST_ASSERT_EQUAL(nb_fds, nb_fds_before, "%u open descriptors, before %u", nb_fds,
		nb_fds_before);
	TEST_ASSERT_SUCCESS(rmdir(folder), "a file is left");
	return TEST_SUCCESS;
}

/* A socket that listens at the path. */
static int
listen_there(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strlcpy(addr.sun_path, sock.path, sizeof(addr.sun_path));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	    listen(fd, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
client(void)
{
	uint64_t start, ms;
	int server, fd, next;

	TEST_ASSERT_EQUAL(vio_user_socket_open(&sock, WAIT_MS), -ENOENT, "nobody");
	TEST_ASSERT_EQUAL(vio_user_socket_next(&sock), -ENOENT, "nobody");
	server = listen_there();
	fd = vio_user_socket_open(&sock, WAIT_MS);
	TEST_ASSERT(fd >= 0, "open: %d", fd);
	/* the queue of connections is full: not waited for */
	start = rte_get_timer_cycles();
	next = vio_user_socket_next(&sock);
	ms = (rte_get_timer_cycles() - start) * MS_PER_S / rte_get_timer_hz();
	TEST_ASSERT_EQUAL(next, -EAGAIN, "next: %d", next);
	TEST_ASSERT(ms < PATIENCE_MS, "after %u ms", (unsigned int)ms);
	close(fd);
	close(accept(server, NULL, NULL));
	next = vio_user_socket_next(&sock);
	TEST_ASSERT(next >= 0, "next: %d", next);
	close(next);
	close(server);
	TEST_ASSERT_EQUAL(vio_user_socket_next(&sock), -ECONNREFUSED, "nobody any more");
	vio_user_socket_close(&sock);
	TEST_ASSERT_SUCCESS(unlink(sock.path), "the back end's socket is not ours to remove");
	return finish();
}

/* The next connection, which may take a moment to come. */
static int
next_within(unsigned int ms)
{
	unsigned int waited_ms;
	int fd = -EAGAIN;

	for (waited_ms = 0; waited_ms < ms && fd == -EAGAIN; waited_ms++) {
		rte_delay_us_sleep(1000);
		fd = vio_user_socket_next(&sock);
	}
	return fd;
}

/* Back ends come one after the other. */
static int
server(void)
{
	int fd;

	sock.server = true;
	TEST_ASSERT_SUCCESS(fake_backend_connect(&backend, sock.path), "back end");
	fd = vio_user_socket_open(&sock, PATIENCE_MS);
	TEST_ASSERT(fd >= 0, "open: %d", fd);
	TEST_ASSERT_EQUAL(vio_user_socket_next(&sock), -EAGAIN, "a second one");
	close(fd);
	TEST_ASSERT_SUCCESS(fake_backend_stop(&backend), "stop");

	fake_backend_init(&backend);
	TEST_ASSERT_SUCCESS(fake_backend_connect(&backend, sock.path), "back end");
	fd = next_within(PATIENCE_MS);
	TEST_ASSERT(fd >= 0, "next: %d", fd);
	close(fd);
	return finish();
}

/* One that nobody comes to waits so long, and leaves nothing. */
static int
server_alone(void)
{
	uint64_t start = rte_get_timer_cycles(), ms;

	sock.server = true;
	TEST_ASSERT_EQUAL(vio_user_socket_open(&sock, WAIT_MS), -ETIMEDOUT, "open");
	ms = (rte_get_timer_cycles() - start) * MS_PER_S / rte_get_timer_hz();
	TEST_ASSERT(ms >= WAIT_MS && ms < PATIENCE_MS, "after %u ms", (unsigned int)ms);
	return finish();
}

/* What a process left when it died is replaced. */
static int
socket_left_behind(void)
{
	int fd = listen_there();

	TEST_ASSERT(fd >= 0, "listen");
	close(fd);
	TEST_ASSERT_SUCCESS(access(sock.path, F_OK), "nothing was left");
	sock.server = true;
	TEST_ASSERT_SUCCESS(fake_backend_connect(&backend, sock.path), "back end");
	fd = vio_user_socket_open(&sock, PATIENCE_MS);
	TEST_ASSERT(fd >= 0, "open: %d", fd);
	close(fd);
	return finish();
}

/* What is in use, or no socket, is not. */
static int
path_in_use(void)
{
	int fd = listen_there();

	TEST_ASSERT(fd >= 0, "listen");
	sock.server = true;
	TEST_ASSERT_EQUAL(vio_user_socket_open(&sock, WAIT_MS), -EADDRINUSE, "in use");
	TEST_ASSERT_SUCCESS(access(sock.path, F_OK), "removed");
	close(fd);
	TEST_ASSERT_SUCCESS(unlink(sock.path), "unlink");

	fd = open(sock.path, O_CREAT | O_WRONLY, 0600);
	TEST_ASSERT(fd >= 0, "create");
	close(fd);
	TEST_ASSERT_EQUAL(vio_user_socket_open(&sock, WAIT_MS), -EADDRINUSE, "a file");
	TEST_ASSERT_SUCCESS(access(sock.path, F_OK), "removed");
	sock.server = false;
	TEST_ASSERT_EQUAL(vio_user_socket_open(&sock, WAIT_MS), -ECONNREFUSED, "a file");
	vio_user_socket_close(&sock);
	TEST_ASSERT_SUCCESS(unlink(sock.path), "removed");
	return finish();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user_socket",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, client),
		TEST_CASE_ST(setup, teardown, server),
		TEST_CASE_ST(setup, teardown, server_alone),
		TEST_CASE_ST(setup, teardown, socket_left_behind),
		TEST_CASE_ST(setup, teardown, path_in_use),
		TEST_CASES_END()
	}
};

static int
test_vio_user_socket(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_socket_autotest, test_vio_user_socket);
