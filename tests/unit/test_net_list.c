/*
 * test_net_list.c: elements keep their order when some or all of them move to another list.
 */
#include "service/net/list.h"

#include <check.h>
#include <stdlib.h>

enum { ELEMENTS = 6 };

typedef struct Lists {
    NetList nodes[ELEMENTS];
    NetList from;
    NetList to;
} Lists;

/* Nodes 0 to 3 in one list, 4 and 5 in the other. */
static void
fill(Lists *lists)
{
    net_list_init(&lists->from);
    net_list_init(&lists->to);
    for (size_t i = 0; i < ELEMENTS; i++) {
        net_list_init(&lists->nodes[i]);
        net_list_append(i < 4 ? &lists->from : &lists->to, &lists->nodes[i]);
    }
}

/* Whether a list has the nodes of the digits in `order`, in both directions. */
static void
check_order(const Lists *lists, const NetList *head, const char *order)
{
    const NetList *node = head;
    for (const char *digit = order; *digit != '\0'; digit++) {
        ck_assert_ptr_eq(node->next, &lists->nodes[*digit - '0']);
        ck_assert_ptr_eq(node->next->previous, node);
        node = node->next;
    }
    ck_assert_ptr_eq(node->next, head);
    ck_assert_ptr_eq(head->previous, node);
}

START_TEST(first_elements_move_to_the_beginning)
{
    Lists lists;
    fill(&lists);
    net_list_move_first(&lists.to, &lists.from, &lists.nodes[1]);
    check_order(&lists, &lists.from, "23");
    check_order(&lists, &lists.to, "0145");
    net_list_move_first(&lists.to, &lists.from, &lists.nodes[3]);
    ck_assert(net_list_is_empty(&lists.from));
    check_order(&lists, &lists.to, "230145");
    net_list_move_first(&lists.from, &lists.to, &lists.nodes[2]);
    check_order(&lists, &lists.from, "2");
    check_order(&lists, &lists.to, "30145");
}
END_TEST

START_TEST(all_elements_move_to_the_end)
{
    Lists lists;
    fill(&lists);
    net_list_splice(&lists.to, &lists.from);
    ck_assert(net_list_is_empty(&lists.from));
    check_order(&lists, &lists.to, "450123");
    net_list_splice(&lists.to, &lists.from);
    check_order(&lists, &lists.to, "450123");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("list");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, first_elements_move_to_the_beginning);
    tcase_add_test(cases, all_elements_move_to_the_end);
    Suite *suite = suite_create("net");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
