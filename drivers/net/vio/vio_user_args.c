/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device arguments of net_vio_user.
 * Invariant: an argument that is not known, and a value that is not taken as it stands, is an
 * error that names it; nothing is corrected in silence.
 * Threads: those of the bus, one at a time.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_kvargs.h>
#include <rte_string_fns.h>

#include "vio.h"
#include "vio_log.h"
#include "vio_user_args.h"

#define ARG_PATH	"path"
#define ARG_SERVER	"server"
#define ARG_QUEUES	"queues"
#define ARG_QUEUE_SIZE	"queue_size"
#define ARG_MAC		"mac"
#define ARG_MRG_RXBUF	"mrg_rxbuf"
#define ARG_CQ		"cq"
#define ARG_PACKED_VQ	"packed_vq"
#define ARG_IN_ORDER	"in_order"
#define ARG_SPEED	"speed"
#define ARG_MTU		"mtu"
#define ARG_VECTORIZED	"vectorized"
#define ARG_RSS_FALLBACK "rss_fallback"
#define ARG_IFACE	"iface"

/* A number that an argument may give. */
struct arg_number {
	const char *device;
	uint32_t min;
	uint32_t max;
	bool power_of_2;
	uint32_t value;
};

static int
arg_number(const char *key, const char *value, void *opaque)
{
	struct arg_number *arg = opaque;
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value != NULL ? value : "", &end, 10);
	if (value == NULL || value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    number < arg->min || number > arg->max ||
	    (arg->power_of_2 && !rte_is_power_of_2(number))) {
		VIO_LOG(ERR, arg->device, "bad value %s=%s: a %s from %u to %u is expected", key,
			value != NULL ? value : "", arg->power_of_2 ? "power of two" : "number",
			arg->min, arg->max);
		return -EINVAL;
	}
	arg->value = number;
	return 0;
}

/* Reads an argument that is a number from min to max; value stays as it is without it. */
static int
arg_number_get(struct rte_kvargs *kvlist, const char *device, const char *key, uint32_t min,
	       uint32_t max, uint32_t *value)
{
	struct arg_number arg = { .device = device, .min = min, .max = max, .value = *value };
	int ret = rte_kvargs_process(kvlist, key, arg_number, &arg);

	*value = arg.value;
	return ret < 0 ? -EINVAL : 0;
}

static int
queue_size_get(struct rte_kvargs *kvlist, const char *device, struct vio_user_conf *conf)
{
	struct arg_number arg = {
		.device = device,
		.min = VIO_RING_SIZE_MIN,
		.max = VIRTQ_SIZE_MAX,
		.power_of_2 = true,
		.value = VIRTQ_SIZE_MAX,
	};
	int ret = rte_kvargs_process(kvlist, ARG_QUEUE_SIZE, arg_number, &arg);

	conf->queue_size = arg.value;
	return ret < 0 ? -EINVAL : 0;
}

static int
arg_flag_get(struct rte_kvargs *kvlist, const char *device, const char *key, bool *flag)
{
	uint32_t value = *flag;
	int ret = arg_number_get(kvlist, device, key, 0, 1, &value);

	*flag = value;
	return ret;
}

static int
path_get(const struct rte_kvargs *kvlist, const char *device, struct vio_user_args *args)
{
	const char *path = rte_kvargs_get(kvlist, ARG_PATH);

	if (path == NULL || path[0] == '\0') {
		VIO_LOG(ERR, device, ARG_PATH "= is missing: the socket of the vhost-user back "
			"end");
		return -EINVAL;
	}
	if (strlcpy(args->path, path, sizeof(args->path)) >= sizeof(args->path)) {
		VIO_LOG(ERR, device, "the path of the socket is longer than %zu characters",
			sizeof(args->path) - 1);
		return -EINVAL;
	}
	return 0;
}

static int
mac_get(const struct rte_kvargs *kvlist, const char *device, struct vio_user_conf *conf)
{
	const char *text = rte_kvargs_get(kvlist, ARG_MAC);
	struct rte_ether_addr mac;

	conf->has_mac = rte_kvargs_count(kvlist, ARG_MAC) > 0;
	if (!conf->has_mac)
		return 0;
	if (text == NULL || rte_ether_unformat_addr(text, &mac) < 0 ||
	    !rte_is_valid_assigned_ether_addr(&mac)) {
		VIO_LOG(ERR, device, "bad value " ARG_MAC "=%s: the address of a station is "
			"expected, such as 02:00:00:00:00:01", text != NULL ? text : "");
		return -EINVAL;
	}
	memcpy(conf->mac, mac.addr_bytes, sizeof(conf->mac));
	return 0;
}

static int
numbers_get(struct rte_kvargs *kvlist, const char *device, struct vio_user_conf *conf)
{
	uint32_t pairs = 1, mtu = 0;

	if (arg_number_get(kvlist, device, ARG_QUEUES, 1, VIO_USER_PAIRS_MAX, &pairs) < 0 ||
	    queue_size_get(kvlist, device, conf) < 0 ||
	    arg_number_get(kvlist, device, ARG_MTU, VIO_MTU_MIN, VIO_MTU_MAX, &mtu) < 0 ||
	    arg_number_get(kvlist, device, ARG_SPEED, 1, VIRTIO_NET_SPEED_MAX, &conf->speed) < 0)
		return -EINVAL;
	conf->pairs = pairs;
	conf->mtu = mtu;
	return 0;
}

static int
flags_get(struct rte_kvargs *kvlist, const char *device, struct vio_user_conf *conf)
{
	bool vectorized = false;

	conf->mrg_rxbuf = true;
	conf->in_order = true;
	conf->cq = true;
	if (arg_flag_get(kvlist, device, ARG_MRG_RXBUF, &conf->mrg_rxbuf) < 0 ||
	    arg_flag_get(kvlist, device, ARG_PACKED_VQ, &conf->packed_vq) < 0 ||
	    arg_flag_get(kvlist, device, ARG_IN_ORDER, &conf->in_order) < 0 ||
	    arg_flag_get(kvlist, device, ARG_CQ, &conf->cq) < 0 ||
	    arg_flag_get(kvlist, device, ARG_VECTORIZED, &vectorized) < 0)
		return -EINVAL;
	/* virtio 5.1.3.1: without a control queue there is one pair. */
	if (conf->pairs > 1 && !conf->cq) {
		VIO_LOG(ERR, device, ARG_QUEUES "=%u needs " ARG_CQ "=1, by which the number of "
			"queues in use is set", conf->pairs);
		return -EINVAL;
	}
	if (vectorized)
		VIO_LOG(NOTICE, device, ARG_VECTORIZED "=1 has no effect: the one fast path is "
			"always on");
	return 0;
}

static int
offload_choice_get(struct rte_kvargs *kvlist, const char *device,
		   struct vio_offload_choice *choice)
{
	const char *key;
	unsigned int i;
	bool *flag;

	for (i = 0; i < kvlist->count; i++) {
		key = kvlist->pairs[i].key;
		flag = vio_offload_arg(choice, key);
		if (flag != NULL && arg_flag_get(kvlist, device, key, flag) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Returns 0, or -EINVAL with a message when there is an argument that means nothing here. */
static int
keys_check(const struct rte_kvargs *kvlist, const char *device)
{
	static const char * const known[] = {
		ARG_PATH, ARG_SERVER, ARG_QUEUES, ARG_QUEUE_SIZE, ARG_MAC, ARG_MRG_RXBUF,
		ARG_PACKED_VQ, ARG_IN_ORDER, ARG_CQ, ARG_SPEED, ARG_MTU, ARG_VECTORIZED,
		ARG_RSS_FALLBACK,
	};
	struct vio_offload_choice choice;
	const char *key;
	unsigned int i, k;

	if (rte_kvargs_count(kvlist, ARG_IFACE) > 0) {
		VIO_LOG(ERR, device, "device argument '" ARG_IFACE "' is for the kernel's vhost, "
			"which is not supported: leave it out and give " ARG_PATH "= the socket "
			"of a vhost-user back end");
		return -EINVAL;
	}
	for (i = 0; i < kvlist->count; i++) {
		key = kvlist->pairs[i].key;
		for (k = 0; k < RTE_DIM(known); k++)
			if (strcmp(key, known[k]) == 0)
				break;
		if (k == RTE_DIM(known) && vio_offload_arg(&choice, key) == NULL) {
			VIO_LOG(ERR, device, "unknown device argument '%s': known are "
				VIO_USER_ARGS_KNOWN, key);
			return -EINVAL;
		}
		if (rte_kvargs_count(kvlist, key) > 1) {
			VIO_LOG(ERR, device, "device argument '%s' is given more than once", key);
			return -EINVAL;
		}
	}
	return 0;
}

int
vio_user_args_parse(const char *device, const char *text, struct vio_user_args *args)
{
	struct rte_kvargs *kvlist = rte_kvargs_parse(text, NULL);
	int ret;

	if (kvlist == NULL) {
		VIO_LOG(ERR, device, "device arguments '%s' are not key=value pairs", text);
		return -EINVAL;
	}
	memset(args, 0, sizeof(*args));
	ret = keys_check(kvlist, device);
	if (ret == 0)
		ret = numbers_get(kvlist, device, &args->conf);
	if (ret == 0)
		ret = flags_get(kvlist, device, &args->conf);
	if (ret == 0)
		ret = arg_flag_get(kvlist, device, ARG_RSS_FALLBACK, &args->rss_fallback);
	if (ret == 0)
		ret = offload_choice_get(kvlist, device, &args->offload_choice);
	if (ret == 0)
		ret = mac_get(kvlist, device, &args->conf);
	if (ret == 0)
		ret = path_get(kvlist, device, args);
	if (ret == 0)
		ret = arg_flag_get(kvlist, device, ARG_SERVER, &args->server);
	rte_kvargs_free(kvlist);
	return ret;
}
