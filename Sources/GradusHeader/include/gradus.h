/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of Gradus: searches that ask and are told, and update rules that step tensors in place.
 *
 *     gradus_search *search;
 *     char why[256];
 *     const char *text = "{\"dim\": 2, \"lower\": [-5, -5], \"upper\": [5, 5], \"budget\": 200, \"seed\": 1}";
 *     if (gradus_start(text, -1, &search, why, sizeof why) != GRADUS_OK) { puts(why); return 1; }
 *     double x[2], f; int64_t id, count;
 *     while (gradus_ask(search, 1, x, &id, NULL, &count, why, sizeof why) == GRADUS_OK) {
 *       f = (x[0] - 1) * (x[0] - 1) + x[1] * x[1];
 *       gradus_tell(search, 1, &id, &f, NULL, NULL, NULL, why, sizeof why);
 *     }
 *     gradus_best(search, x, &f);
 *     gradus_end(search);
 *
 * Buffers belong to the caller, are read and written during the call only, and must not overlap unless a function says so.
 * Handles may be used by several threads at once: calls on one handle wait for each other. Ending a handle that another
 * thread still uses, or using one that was ended, is the caller's fault.
 *
 * Functions that return int32_t answer with a status: 0 and above is no error. An error changes nothing; its one line of text
 * – cause, place, remedy – is written to `message`, cut to `capacity` bytes with the final zero. `message` may be NULL.
 * Text goes in as UTF-8 with its length in bytes, or -1 where a zero ends it. Functions that give out text or bytes return the
 * length they would need (without the final zero, which is written where there is room) and write what fits, so a call with
 * capacity 0 tells how much room to make.
 */
#ifndef GRADUS_H
#define GRADUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a function or a structure below changes its meaning or its layout; additions do not raise it. */
#define GRADUS_ABI 1

/* What a call came to. */
#define GRADUS_OK 0
#define GRADUS_WAIT 1 /* more must be told before the method can go on */
#define GRADUS_STOP 2 /* the search has ended; `message` says why */
#define GRADUS_NONE 3 /* there is nothing to give */
#define GRADUS_MALFORMED -1 /* text that is no JSON */
#define GRADUS_BAD_REQUEST -2 /* a value, a size or a pointer that cannot be */
#define GRADUS_UNKNOWN_ID -3 /* a point that was never asked, or already answered */
#define GRADUS_UNSUITABLE -4 /* no such method, or not for this problem */
#define GRADUS_SETTING -5 /* a setting is misspelt or out of range */
#define GRADUS_STATE -6 /* a saved state is damaged or belongs to something else */
#define GRADUS_TOO_SMALL -7 /* a buffer has no room; the count says how many entries are needed */

/* What a search must be told about its points. */
#define GRADUS_VALUE 0 /* one value */
#define GRADUS_GRADIENT 1 /* a value and a gradient */
#define GRADUS_RANK 2 /* an order, by gradus_rank */
#define GRADUS_VALUES 3 /* all objectives and constraints */

/* Gradients with numbers that are none are refused; without it they are taken as they are. Costs a pass over the gradients. */
#define GRADUS_CHECKED 1

typedef struct gradus_search gradus_search;
typedef struct gradus_rule gradus_rule;

/* GRADUS_ABI of the library; compare it with that of the header. */
int32_t gradus_abi(void);

/* The version of Gradus, such as "0.1.0". */
int64_t gradus_version(char *text, int64_t capacity);

/* What can be begun, as a JSON array: {"name": "adamw", "summary": "...", "oracle": "gradient", "rule": true}, .... "oracle" is
 * what a search by it must be told; "rule" says that gradus_rule_start takes the name as well. */
int64_t gradus_methods(char *text, int64_t capacity);

/* -------------------------------------------------------------------------------------------------- searches */

typedef struct {
  int64_t dimension;   /* numbers of a point */
  int64_t objectives;  /* numbers of an answer */
  int64_t constraints; /* numbers g <= 0 beside them */
  int32_t oracle;      /* GRADUS_VALUE, GRADUS_GRADIENT, GRADUS_RANK or GRADUS_VALUES */
  int32_t is_parallel; /* 1: may be asked again before it is told */
  int32_t is_informed; /* 1: learns from points that it did not ask for */
  int32_t reserved;
} gradus_search_facts;

/* Begins a search. `description` is the JSON object that `start` of `gradus ask-tell` takes (Documentation/ask-tell.md):
 * "dim", "lower", "upper" or "space", "method", "objectives", "constraints", "fidelities", "noisy", "budget", "seed", "batch",
 * "x0", "settings", "pruning"; or {"state": "..."} with the text of gradus_save. On success `search` holds a handle, to be
 * given to gradus_end once. */
int32_t gradus_start(
    const char *description, int64_t length, gradus_search **search, char *message, int64_t capacity);

/* The sizes that the buffers below must have. GRADUS_BAD_REQUEST where a pointer is NULL. */
int32_t gradus_facts(const gradus_search *search, gradus_search_facts *facts);

/* The name of the method at work. */
int64_t gradus_method(const gradus_search *search, char *text, int64_t capacity);

/* Why this method, and what it has chosen itself since then, a line each; empty where the caller named it and it chooses
 * nothing. */
int64_t gradus_reasons(const gradus_search *search, char *text, int64_t capacity);

/* Up to `most` points to evaluate. `points` has room for most x dimension numbers, `ids` and `fidelities` (or NULL) for `most`;
 * `count` says how many there are. Numbers are the natural ones: of categories the index of the choice, of permutations the
 * order, of shares the shares; NaN where a parameter does not matter at the point. Fidelities are in (0, 1], 1 the full
 * function. GRADUS_WAIT, GRADUS_STOP: no points. GRADUS_TOO_SMALL: the method wants `count` points compared at once; ask again
 * with that room. Sequential methods repeat a question that waits for its answer. Cost: the method's. */
int32_t gradus_ask(
    gradus_search *search, int64_t most, double *points, int64_t *ids, double *fidelities, int64_t *count,
    char *message, int64_t capacity);

/* Answers to `count` points, in any order, later or in parts. `values`: count x objectives, to be minimized, all NaN for an
 * evaluation that failed; `constraints`: count x constraints (NULL where there are none); `gradients`: count x dimension for
 * methods with GRADUS_GRADIENT, otherwise NULL; `costs`: one a point, or NULL. An unknown or repeated id is an error, and then
 * none of the answers counts. */
int32_t gradus_tell(
    gradus_search *search, int64_t count, const int64_t *ids, const double *values, const double *constraints,
    const double *gradients, const double *costs, char *message, int64_t capacity);

/* For methods with GRADUS_RANK: `ids` are all points of one question, `order` their places in `ids`, best first. */
int32_t gradus_rank(
    gradus_search *search, int64_t count, const int64_t *ids, const int64_t *order, char *message, int64_t capacity);

/* What is known of points that were never asked about; sizes as in gradus_tell, NaN where a parameter does not matter. Methods
 * that do not learn from others (gradus_facts) keep only the best of them. */
int32_t gradus_observe(
    gradus_search *search, int64_t count, const double *points, const double *values, const double *constraints,
    char *message, int64_t capacity);

/* Puts a point before those of the method: the next ask hands it out under `id`. */
int32_t gradus_enqueue(
    gradus_search *search, const double *point, int64_t *id, char *message, int64_t capacity);

/* A value from the middle of the evaluation of point `id`, after `step` steps. `prune` becomes 1 where it is not worth its end;
 * tell its last value, or NaN. Cost: linear in the reports so far. */
int32_t gradus_report(
    gradus_search *search, int64_t id, int64_t step, double value, int32_t *prune, char *message, int64_t capacity);

/* The ids that wait for answers: `count` of them, of which the first `most` are written. */
int32_t gradus_pending(gradus_search *search, int64_t most, int64_t *ids, int64_t *count);

/* The best answer heard, or the point of the front that the method recommends; GRADUS_NONE before there is one. `values` (or
 * NULL) has room for all objectives; they are NaN where only an order was told. */
int32_t gradus_best(gradus_search *search, double *point, double *values);

/* The method's own estimate, which under noise differs from the best answer heard. */
int32_t gradus_recommend(gradus_search *search, double *point);

/* The front: `count` points, of which the first `most` are written, with their objectives. */
int32_t gradus_front(gradus_search *search, int64_t most, double *points, double *values, int64_t *count);

/* The whole search as text; gradus_start continues it bit for bit. Negative: a status. Cost: a copy of all that it remembers. */
int64_t gradus_save(gradus_search *search, char *text, int64_t capacity, char *message, int64_t message_capacity);

/* Ends a search and frees what it holds. NULL is allowed. */
void gradus_end(gradus_search *search);

/* ----------------------------------------------------------------------------------------------- update rules */

typedef struct {
  int64_t tensors;         /* in the layout */
  int64_t numbers;         /* of all tensors together */
  double rate;             /* the learning rate in use; NaN where the rule has none */
  double bytes_per_number; /* remembered by the rule */
  int32_t needs_loss;      /* 1: a gradient without its loss is not enough */
  int32_t is_anywhere;     /* 1: tensors may lie anywhere; 0: unless they lie one behind the other, they are copied */
} gradus_rule_facts;

/* Begins an update rule: {"method": "adamw", "settings": {"lr": 0.01}, "layout": [{"name": "w", "shape": [3, 4]}],
 * "threads": 1}. `gradus methods` lists the rules, `gradus explain adamw` the settings. */
int32_t gradus_rule_start(
    const char *description, int64_t length, gradus_rule **rule, char *message, int64_t capacity);

/* A rule that gradus_rule_save wrote, to the bit. */
int32_t gradus_rule_restore(
    const uint8_t *bytes, int64_t length, gradus_rule **rule, char *message, int64_t capacity);

/* What a caller must know of the rule. */
int32_t gradus_rule_describe(const gradus_rule *rule, gradus_rule_facts *facts);

/* One step, in place: parameters[k] is changed by what the rule makes of gradients[k], both float32, row-major and contiguous,
 * with the numbers that the layout says. Nothing is copied where facts.is_anywhere is 1 or where the tensors lie one behind
 * the other. A gradient of NULL leaves its tensor as it is (rules that see all tensors together take it for zeros). The
 * learning rate is multiplied by `rate_factor` for this step; `loss` is NaN where it is not known. `flags`: 0 or
 * GRADUS_CHECKED. Cost: a pass over parameters, gradients and memory. */
int32_t gradus_rule_step(
    gradus_rule *rule, float *const *parameters, const float *const *gradients, double rate_factor, double loss,
    int32_t flags, char *message, int64_t capacity);

/* Writes the point that the rule recommends – an average of those stepped through – to `averages`, which may be `parameters`
 * itself. GRADUS_NONE, and nothing is written, where that is the parameters. */
int32_t gradus_rule_average(
    gradus_rule *rule, const float *const *parameters, float *const *averages, char *message, int64_t capacity);

/* Settings, layout, memory and number of steps, without the parameters. Negative: a status. */
int64_t gradus_rule_save(
    gradus_rule *rule, uint8_t *bytes, int64_t capacity, char *message, int64_t message_capacity);

/* Ends a rule and frees its memory. NULL is allowed. */
void gradus_rule_end(gradus_rule *rule);

#ifdef __cplusplus
}
#endif

#endif
