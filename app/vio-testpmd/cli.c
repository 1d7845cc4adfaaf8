/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The command line: DPDK's cmdline library fed from one table of commands. A command's pattern is
 * the only place that says how it is written: the parser, the completion, the help and the error
 * messages are all made from it. Runs on the main lcore.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_string.h>
#include <cmdline_socket.h>

#include "app.h"
#include "forward.h"

#define MAX_COMMANDS 48

/* A word of a pattern: its alternatives stand in text, not terminated. */
struct word_token {
	struct cmdline_token_hdr hdr;
	const char *text;
	size_t len;
};

struct slice {
	const char *text;
	size_t len;
};

static void run_help(const struct cli_line *line);
static void run_quit(const struct cli_line *line);

static const struct cli_command session_commands[] = {
	{ "help: List the commands", run_help },
	{ "help <word>: List the commands that begin with it", run_help },
	{ "quit: Leave the application", run_quit },
	{ NULL, NULL },
};

static const struct cli_command *const groups[] = {
	forward_commands,
	port_commands,
	show_commands,
	session_commands,
};

static const struct cli_command *commands[MAX_COMMANDS];
static struct word_token tokens[MAX_COMMANDS][CLI_MAX_WORDS + 1];
static cmdline_parse_inst_t *instances[MAX_COMMANDS + 2];
static bool on_terminal;

static bool
slice_is(struct slice slice, const char *text)
{
	return slice.len == strlen(text) && memcmp(slice.text, text, slice.len) == 0;
}

/* Cuts the next piece that ends at one of the separators; false at the end. */
static bool
next_slice(const char **at, const char *end, const char *separators, struct slice *slice)
{
	while (*at < end && strchr(separators, **at) != NULL)
		(*at)++;
	slice->text = *at;
	while (*at < end && strchr(separators, **at) == NULL)
		(*at)++;
	slice->len = *at - slice->text;
	return slice->len != 0;
}

/* The end of a pattern, or of what the user typed. */
static const char *
pattern_end(const char *text)
{
	return strchr(text, ':');
}

static const char *
line_end(const char *line)
{
	return line + strcspn(line, "#\r\n");
}

/* A MAC address and a word begin with any character, every other <argument> with a digit. */
static bool
alternative_matches(struct slice alternative, struct slice word)
{
	if (alternative.text[0] != '<')
		return alternative.len == word.len &&
		       memcmp(alternative.text, word.text, word.len) == 0;
	return slice_is(alternative, "<mac_addr>") || slice_is(alternative, "<word>") ||
	       isdigit((unsigned char)word.text[0]);
}

static bool
word_matches(const struct word_token *token, struct slice word)
{
	const char *at = token->text;
	struct slice alternative;

	if (word.len >= CLI_WORD_SIZE)
		return false;
	while (next_slice(&at, token->text + token->len, "|", &alternative))
		if (alternative_matches(alternative, word))
			return true;
	return false;
}

static int
word_parse(cmdline_parse_token_hdr_t *hdr, const char *text, void *result, unsigned int size)
{
	const struct word_token *token = (const struct word_token *)hdr;
	const struct slice word = { text, strcspn(text, " \t#\r\n") };

	if (word.len == 0 || !word_matches(token, word))
		return -1;
	if (result != NULL) {
		if (size < CLI_WORD_SIZE)
			return -1;
		memcpy(result, word.text, word.len);
		((char *)result)[word.len] = '\0';
	}
	return (int)word.len;
}

/* The completions of a word: its literals, and the ports that exist for a <port_id>. */
static int
word_completion(const struct word_token *token, int wanted, char *out, unsigned int size)
{
	const char *at = token->text;
	struct slice alternative;
	uint16_t port_id;
	int nb = 0;

	while (next_slice(&at, token->text + token->len, "|", &alternative)) {
		if (slice_is(alternative, "<port_id>")) {
			RTE_ETH_FOREACH_DEV(port_id)
				if (nb++ == wanted)
					snprintf(out, size, "%u", port_id);
		} else if (alternative.text[0] != '<' && nb++ == wanted) {
			snprintf(out, size, "%.*s", (int)alternative.len, alternative.text);
		}
	}
	return nb;
}

static int
word_complete_get_nb(cmdline_parse_token_hdr_t *hdr)
{
	return word_completion((const struct word_token *)hdr, -1, NULL, 0);
}

static int
word_complete_get_elt(cmdline_parse_token_hdr_t *hdr, int index, char *out, unsigned int size)
{
	word_completion((const struct word_token *)hdr, index, out, size);
	return 0;
}

/* The completion shows it beside the word: the pattern from this word on. */
static int
word_get_help(cmdline_parse_token_hdr_t *hdr, char *out, unsigned int size)
{
	const struct word_token *token = (const struct word_token *)hdr;

	snprintf(out, size, "%.*s", (int)(pattern_end(token->text) - token->text), token->text);
	return 0;
}

static struct cmdline_token_ops word_ops = {
	.parse = word_parse,
	.complete_get_nb = word_complete_get_nb,
	.complete_get_elt = word_complete_get_elt,
	.get_help = word_get_help,
};

/* How many leading words of the line fit the command; and whether line and pattern end there. */
static unsigned int
leading_words(unsigned int command, const char *line, bool *whole)
{
	const char *end = line_end(line);
	unsigned int nb = 0;
	struct slice word;
	bool more;

	while ((more = next_slice(&line, end, " \t", &word)) && tokens[command][nb].text != NULL &&
	       word_matches(&tokens[command][nb], word))
		nb++;
	*whole = !more && tokens[command][nb].text == NULL;
	return nb;
}

/*
 * The last instruction of the table: it takes every line that no command fits, so that the user
 * reads what is wrong with it instead of the library's "Bad arguments". The completion, which wants
 * no result, never meets it: else it would offer Enter wherever a command goes on.
 */
static int
misfit_parse(cmdline_parse_token_hdr_t *hdr, const char *text, void *result, unsigned int size)
{
	const char *end = line_end(text);
	bool whole;

	RTE_SET_USED(hdr);
	if (result == NULL)
		return -1;
	for (unsigned int i = 0; commands[i] != NULL; i++) {
		leading_words(i, text, &whole);
		if (whole)
			return -1;
	}
	snprintf(result, size, "%.*s", (int)(end - text), text);
	return (int)(end - text);
}

/* One choice that is never given: the completion then leaves this instruction out. */
static int
misfit_complete_get_nb(cmdline_parse_token_hdr_t *hdr)
{
	RTE_SET_USED(hdr);
	return 1;
}

static int
misfit_complete_get_elt(cmdline_parse_token_hdr_t *hdr, int index, char *out, unsigned int size)
{
	RTE_SET_USED(hdr);
	RTE_SET_USED(index);
	RTE_SET_USED(out);
	RTE_SET_USED(size);
	return -1;
}

static struct cmdline_token_ops misfit_ops = {
	.parse = misfit_parse,
	.complete_get_nb = misfit_complete_get_nb,
	.complete_get_elt = misfit_complete_get_elt,
};

static cmdline_parse_token_hdr_t misfit_token = { .ops = &misfit_ops };

static void
complain_unknown(struct slice word)
{
	complain("there is no command \"%.*s\"; help lists the commands", (int)word.len, word.text);
}

static void
explain_misfit(void *parsed, struct cmdline *cl, void *data)
{
	const char *line = parsed;
	const char *at = line;
	struct slice word = { line, 0 };
	unsigned int most = 0;
	unsigned int nb;
	bool whole;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (unsigned int i = 0; commands[i] != NULL; i++)
		most = RTE_MAX(most, leading_words(i, line, &whole));
	for (nb = 0; nb <= most; nb++)
		next_slice(&at, line_end(line), " \t", &word);

	if (most == 0) {
		complain_unknown(word);
		return;
	}
	if (word.len == 0)
		complain("the command is not complete; it can go on as:");
	else
		complain("\"%.*s\" does not fit here; what fits:", (int)word.len, word.text);
	for (unsigned int i = 0; commands[i] != NULL; i++)
		if (leading_words(i, line, &whole) == most)
			fprintf(stderr, "  %s\n", commands[i]->text);
}

static cmdline_parse_inst_t misfit_instance = {
	.f = explain_misfit,
	.tokens = { &misfit_token, NULL },
};

static void
run_command(void *parsed, struct cmdline *cl, void *data)
{
	const struct cli_command *command = data;

	RTE_SET_USED(cl);
	command->run(parsed);
}

static void
run_help(const struct cli_line *line)
{
	/* Without a word it is empty, and every command begins with it. */
	const struct slice word = { line->word[1], strlen(line->word[1]) };
	bool found = false;

	for (unsigned int i = 0; commands[i] != NULL; i++) {
		if (strncmp(commands[i]->text, word.text, word.len) == 0) {
			printf("%s\n", commands[i]->text);
			found = true;
		}
	}
	if (!found)
		complain_unknown(word);
}

static void
run_quit(const struct cli_line *line)
{
	RTE_SET_USED(line);
	app_quit();
}

static int
add_command(unsigned int index, const struct cli_command *command)
{
	const char *end = pattern_end(command->text);
	const char *at = command->text;
	cmdline_parse_inst_t *instance;
	struct slice word;
	unsigned int nb = 0;

	instance = calloc(1, sizeof(*instance) + (CLI_MAX_WORDS + 1) * sizeof(instance->tokens[0]));
	if (instance == NULL)
		return -1;
	while (next_slice(&at, end, " ", &word)) {
		RTE_VERIFY(nb < CLI_MAX_WORDS);
		tokens[index][nb] = (struct word_token) {
			.hdr = { .ops = &word_ops, .offset = nb * CLI_WORD_SIZE },
			.text = word.text,
			.len = word.len,
		};
		instance->tokens[nb] = &tokens[index][nb].hdr;
		nb++;
	}
	instance->f = run_command;
	instance->data = (void *)(uintptr_t)command;
	instance->help_str = end + strlen(": ");
	instances[index] = instance;
	commands[index] = command;
	return 0;
}

struct cmdline *
cli_open(void)
{
	const struct cli_command *command;
	struct cmdline *cl = NULL;
	unsigned int nb = 0;

	for (unsigned int i = 0; i < RTE_DIM(groups); i++) {
		for (command = groups[i]; command->text != NULL; command++) {
			RTE_VERIFY(nb < MAX_COMMANDS - 1);
			if (add_command(nb++, command) != 0)
				goto fail;
		}
	}
	instances[nb] = &misfit_instance;

	printf("help lists the commands, Tab completes them, quit leaves\n");
	on_terminal = isatty(STDIN_FILENO);
	if (on_terminal)
		cl = cmdline_stdin_new(instances, "vio-testpmd> ");
	else
		cl = cmdline_new(instances, "vio-testpmd> ", STDIN_FILENO, STDOUT_FILENO);
	if (cl != NULL)
		return cl;
fail:
	complain("no memory for the command line");
	cli_close(NULL);
	return NULL;
}

void
cli_close(struct cmdline *cl)
{
	if (on_terminal)
		cmdline_stdin_exit(cl);
	else
		cmdline_free(cl);
	for (unsigned int i = 0; commands[i] != NULL; i++) {
		free(instances[i]);
		commands[i] = NULL;
	}
}

int
cli_parse_number(const char *what, const char *word, uint32_t min, uint32_t max, uint32_t *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(word, &end, 10);
	if (!isdigit((unsigned char)word[0]) || *end != '\0' || errno != 0 ||
	    value < min || value > max) {
		complain("%s: \"%s\" is not a number from %u to %u", what, word, min, max);
		return -1;
	}
	*number = (uint32_t)value;
	return 0;
}
