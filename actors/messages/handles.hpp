// The roles' typed handles: who may be asked what. All answers arrive in order of the questions.
#pragma once

#include <caf/replies_to.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/type_ids.hpp"

namespace warmfront {

/// Keys and accounts. Sent by admin; `authenticate_key` also by the SMTP and HTTP listeners.
using access_actor =
    caf::typed_actor<caf::replies_to<create_key>::with<answer<created_key>>,
                     caf::replies_to<list_keys>::with<answer<std::vector<key_report>>>,
                     // `not_found` when there is no such key.
                     caf::replies_to<revoke_key>::with<answer<done>>,
                     // `refused` for an unknown key or a wrong secret, in the same time.
                     caf::replies_to<authenticate_key>::with<answer<client_identity>>,
                     // `not_found` for an unknown id and for keys of another kind; `unavailable`
                     // when this node cannot open the secret.
                     caf::replies_to<use_signature_key>::with<answer<signature_key>>,
                     caf::replies_to<identify_key>::with<answer<client_identity>>,
                     caf::replies_to<list_accounts>::with<answer<std::vector<account_report>>>,
                     caf::replies_to<create_account>::with<answer<done>>,
                     caf::replies_to<delete_account>::with<answer<done>>,
                     // From node, at every start. `already_exists` when there are keys.
                     caf::replies_to<ensure_first_key>::with<answer<created_key>>>;

/// Ledgers and permits.
using warmup_actor = caf::typed_actor<
    // From ip_pool on behalf of delivery: one verdict per request. Never waits for the disk.
    caf::replies_to<take_permits>::with<permits_taken>,
    // From delivery, when no connection was made.
    caf::reacts_to<refund_permits>,
    // From delivery and feedback: how the mail of ledgers fared.
    caf::reacts_to<count_outcomes>,
    // From admin.
    caf::replies_to<list_ledgers>::with<answer<std::vector<ledger_report>>>,
    caf::replies_to<set_ledger_plan>::with<answer<ledger_report>>,
    caf::replies_to<pause_ledger>::with<answer<ledger_report>>,
    caf::replies_to<resume_ledger>::with<answer<ledger_report>>,
    caf::replies_to<set_ledger_day>::with<answer<ledger_report>>,
    caf::replies_to<list_plans>::with<answer<std::vector<plan>>>,
    caf::replies_to<put_plan>::with<answer<done>>,
    // `conflict` while a ledger uses it.
    caf::replies_to<delete_plan>::with<answer<done>>,
    // From delivery, for `why`.
    caf::replies_to<forecast_release>::with<answer<release_forecast>>,
    // From admin.
    caf::replies_to<forecast_batch>::with<answer<batch_forecast>>,
    // `not_found` for a plan that there is not.
    caf::replies_to<propose_addresses>::with<answer<address_proposal>>,
    // From admin and history: once the ledgers are known.
    caf::replies_to<count_permits>::with<answer<permit_counts>>,
    // From admin. `not_found` for a plan that there is not, and for a ledger without a plan to
    // start it with.
    caf::replies_to<preview_ledger>::with<answer<ledger_preview>>,
    // From node.
    caf::reacts_to<connect_listeners>,
    // From ip_pool: who owns which address, and so leases its ledger.
    caf::reacts_to<pools_changed>,
    // From cluster: among how many the day of a domain is divided.
    caf::reacts_to<members_changed>,
    // From node, after delivery has drained. Answers when the marks are durable and what was not
    // used is given back, or after 2 s.
    caf::replies_to<stop_warmup>::with<done>>;

/// Pools and the choice of the source IP.
using ip_pool_actor = caf::typed_actor<
    // From delivery; handed on to warmup, which answers.
    caf::replies_to<assign_sources>::with<permits_taken>,
    // From admin. Changes answer when they are in the control store and in effect.
    caf::replies_to<list_pools>::with<answer<std::vector<pool>>>,
    caf::replies_to<put_pool>::with<answer<done>>, caf::replies_to<delete_pool>::with<answer<done>>,
    caf::replies_to<put_pool_address>::with<answer<done>>,
    caf::replies_to<delete_pool_address>::with<answer<done>>,
    // `not_found` when no pool has the address.
    caf::replies_to<set_address_state>::with<answer<done>>,
    // From delivery.
    caf::reacts_to<report_block>,
    // From node.
    caf::reacts_to<connect_listeners>>;

/// Runs that bring addresses into service and take others out.
using provisioning_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store.
    caf::replies_to<start_provisioning>::with<answer<provisioning>>,
    caf::replies_to<list_provisionings>::with<answer<std::vector<provisioning>>>,
    caf::replies_to<act_on_provisioning>::with<answer<provisioning>>,
    // `conflict` for the first that its node cannot send from.
    caf::replies_to<check_sources>::with<answer<done>>,
    caf::replies_to<report_binding>::with<answer<source_binding>>>;

/// Immutable octets.
using chunks_actor = caf::typed_actor<
    // Answers when all are durable on every node that they are promised to. `limit_exceeded` for
    // one that is too large, `unavailable` without the second copy where one is required.
    caf::replies_to<store_chunks>::with<answer<stored_chunks>>,
    // `not_found` when no node that can be asked has them; `storage_corrupt` when they are not what
    // was stored.
    caf::replies_to<fetch_chunk>::with<answer<chunk_octets>>,
    caf::replies_to<count_chunks>::with<chunk_counts>,
    // From cluster.
    caf::reacts_to<members_changed>,
    // From the gateways.
    caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    caf::replies_to<frames_received>::with<done>>;

/// Templates of mails.
using templates_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store.
    caf::replies_to<put_template>::with<answer<template_report>>,
    caf::replies_to<delete_template>::with<answer<done>>,
    caf::replies_to<review_template>::with<answer<template_report>>,
    caf::replies_to<list_templates>::with<answer<std::vector<template_report>>>,
    // From who sends, too.
    caf::replies_to<use_template>::with<answer<std::shared_ptr<const compiled_template>>>>;

/// Recipient groups.
using groups_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store, and lists on the disk.
    caf::replies_to<create_group>::with<answer<group_report>>,
    caf::replies_to<delete_group>::with<answer<done>>,
    caf::replies_to<list_groups>::with<answer<std::vector<group_report>>>,
    caf::replies_to<import_list>::with<answer<import_report>>,
    caf::replies_to<list_recipients>::with<answer<recipient_page>>,
    // From scheduler. `not_found`.
    caf::replies_to<use_group>::with<answer<group_report>>>;

/// What senders want of unsubscribe links. From admin; changes answer when they are in the control
/// store.
using unsubscribes_actor = caf::typed_actor<
    caf::replies_to<put_unsubscribe_setting>::with<answer<done>>,
    // `not_found`.
    caf::replies_to<delete_unsubscribe_setting>::with<answer<done>>,
    caf::replies_to<list_unsubscribe_settings>::with<answer<std::vector<unsubscribe_setting>>>>;

/// Send tasks: when they fire, and what is sent of them next.
using scheduler_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store.
    caf::replies_to<create_task>::with<answer<task_report>>,
    caf::replies_to<act_on_task>::with<answer<task_report>>,
    caf::replies_to<delete_task>::with<answer<done>>,
    caf::replies_to<list_tasks>::with<answer<std::vector<task_report>>>,
    caf::replies_to<preview_recurrence>::with<answer<std::vector<occurrence>>>,
    // From delivery.
    caf::reacts_to<merge_ended>, caf::reacts_to<merges_adopted>,
    // From replication. `unavailable` when the control store does not answer.
    caf::replies_to<judge_merges>::with<answer<judged_merges>>,
    // From ip_pool: who can send what.
    caf::reacts_to<pools_changed>,
    // From cluster: whether this node drains, and who is gone.
    caf::reacts_to<members_changed>>;

/// Sender domains and addresses.
using identities_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store.
    // `already_exists` when the account has it, `conflict` when another one has.
    caf::replies_to<add_identity>::with<answer<identity_report>>,
    // `conflict` while it has addresses.
    caf::replies_to<remove_identity>::with<answer<done>>,
    caf::replies_to<list_identities>::with<answer<std::vector<identity_report>>>,
    // `not_found` without the domain, `already_exists`.
    caf::replies_to<add_sender>::with<answer<sender_report>>,
    caf::replies_to<remove_sender>::with<answer<done>>,
    caf::replies_to<list_senders>::with<answer<std::vector<sender_report>>>,
    caf::replies_to<set_sender_password>::with<answer<sender_report>>,
    // Asks the DNS: answers within 20 s.
    caf::replies_to<verify_identity>::with<answer<identity_report>>,
    // `unavailable` without a key for secrets, `already_exists` for a selector that is in use.
    caf::replies_to<add_signing_key>::with<answer<identity_report>>,
    caf::replies_to<retire_signing_key>::with<answer<identity_report>>,
    caf::replies_to<change_identity>::with<answer<identity_report>>,
    // From scheduler, too.
    caf::replies_to<check_sending>::with<answer<sending_check>>,
    // From node: intake and delivery hear of domains and keys.
    caf::reacts_to<connect_listeners>,
    // From ip_pool: from which addresses mail leaves.
    caf::reacts_to<pools_changed>,
    // From the SMTP listeners. `refused` for an unknown address or a wrong password, in the same
    // time; `unavailable` when too many are being checked.
    caf::replies_to<authenticate_sender>::with<answer<sender_identity>>>;

/// Addresses that are not sent to.
using suppressions_actor = caf::typed_actor<
    // From admin and feedback. Changes answer when they are durable, with a second copy where one
    // is wanted: the entries as they are now.
    caf::replies_to<put_suppressions>::with<answer<std::vector<suppression_report>>>,
    // `not_found` when there is none of them.
    caf::replies_to<remove_suppressions>::with<answer<done>>,
    caf::replies_to<list_suppressions>::with<answer<suppression_page>>,
    // From admin, at any time.
    caf::replies_to<count_suppressions>::with<suppression_counts>,
    // From delivery: they get entries within seconds.
    caf::reacts_to<recipients_unknown>,
    // From admin.
    caf::replies_to<import_suppressions>::with<answer<suppression_import_report>>,
    // From node: intake hears when mail may be taken.
    caf::reacts_to<connect_listeners>,
    // From cluster.
    caf::reacts_to<members_changed>,
    // From the gateways.
    caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    caf::replies_to<frames_received>::with<done>>;

/// What receivers and recipients say about mail that was sent.
using feedback_actor = caf::typed_actor<
    // From the listeners for bounces and for links, in batches. `unavailable` when it could not be
    // written, here or where the message is: to be said again later.
    caf::replies_to<record_feedback>::with<answer<done>>,
    // From webhooks.
    caf::reacts_to<event_readers_changed>,
    // From node.
    caf::reacts_to<connect_listeners>,
    // From cluster.
    caf::reacts_to<members_changed>,
    // From the gateways.
    caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    caf::replies_to<frames_received>::with<done>>;

/// Events for programs: webhooks and the stream.
using webhooks_actor = caf::typed_actor<
    // From admin. Changes answer when they are in the control store. `not_found`;
    // `invalid_argument` for an address that may not be called.
    caf::replies_to<put_webhook>::with<answer<webhook_report>>,
    caf::replies_to<delete_webhook>::with<answer<done>>,
    caf::replies_to<list_webhooks>::with<answer<std::vector<webhook_report>>>,
    caf::replies_to<list_dead_letters>::with<answer<std::vector<dead_letter>>>,
    caf::replies_to<replay_dead_letters>::with<answer<replayed>>,
    caf::replies_to<test_webhook>::with<answer<webhook_tested>>,
    // Answered at once, also with nothing.
    caf::replies_to<read_events>::with<answer<event_page>>,
    // From intake, delivery and feedback.
    caf::reacts_to<events_logged>,
    // From node.
    caf::reacts_to<connect_listeners>>;

/// What became of mail, by days.
using statistics_actor = caf::typed_actor<
    // From admin. Answered within 5 s.
    caf::replies_to<sum_statistics>::with<answer<statistics_report>>,
    // From cluster.
    caf::reacts_to<members_changed>,
    // From the gateways.
    caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    caf::replies_to<frames_received>::with<done>>;

/// The log of changes made through the management API. From admin.
using audit_actor = caf::typed_actor<
    // Answers when it is durable, or with the store's error.
    caf::replies_to<record_audit>::with<answer<done>>,
    // `invalid_argument` for an `after` that is no record's.
    caf::replies_to<list_audit>::with<answer<audit_page>>>;

/// How this node's mail went over time, and its ledgers day by day.
using history_actor = caf::typed_actor<
    // From admin.
    caf::replies_to<read_series>::with<answer<series_report>>,
    caf::replies_to<read_ledger_days>::with<answer<std::vector<ledger_day>>>>;

/// Requests that clients named, so that each is done once.
using idempotency_actor = caf::typed_actor<
    // From admin. `conflict`: it is being worked on; `invalid_argument`: the name belongs to
    // another request; `unavailable`: who may have its mail cannot be asked.
    caf::replies_to<claim_request>::with<answer<claimed_request>>,
    // From admin, whatever became of it.
    caf::reacts_to<end_request>>;

/// Takes mail over: policy, trace fields, spool.
using intake_actor = caf::typed_actor<
    // From the SMTP and HTTP listeners; each mail is answered through its own callback.
    caf::reacts_to<submit_mails>,
    // From scheduler; the same.
    caf::reacts_to<spool_merges>,
    // From ip_pool and warmup, on every change.
    caf::reacts_to<pools_changed>, caf::reacts_to<ledger_domains_changed>,
    // From replication.
    caf::reacts_to<holders_changed>,
    // From cluster: whether this node drains.
    caf::reacts_to<members_changed>,
    // From delivery: what would only bounce.
    caf::reacts_to<mail_over_limit>, caf::reacts_to<limits_lifted>,
    // From suppressions.
    caf::reacts_to<suppressions_known>,
    // From identities.
    caf::reacts_to<sender_domains_changed>,
    // From webhooks.
    caf::reacts_to<event_readers_changed>,
    // From node: webhooks hear of events.
    caf::reacts_to<connect_listeners>,
    // From node: later submissions are told `stopping`. Answers when none is under way.
    caf::replies_to<stop_intake>::with<done>>;

/// Owns the queue: lanes, retries, connections, outcomes.
using delivery_actor = caf::typed_actor<
    // From intake's commit callback.
    caf::reacts_to<mails_spooled>,
    // From warmup and ip_pool.
    caf::reacts_to<permits_available>, caf::reacts_to<pools_changed>,
    // From admin.
    caf::replies_to<report_message>::with<answer<message_report>>,
    caf::replies_to<explain_message>::with<answer<why_report>>,
    caf::replies_to<list_messages>::with<answer<message_page>>,
    caf::replies_to<cancel_message>::with<answer<message_report>>,
    caf::replies_to<retry_message>::with<answer<message_report>>,
    caf::replies_to<tell_timeline>::with<answer<message_timeline>>,
    caf::replies_to<count_waiting>::with<answer<waiting_counts>>,
    caf::replies_to<start_queue_action>::with<answer<queue_action_report>>,
    // `not_found`, also for one that has been forgotten.
    caf::replies_to<show_queue_action>::with<answer<queue_action_report>>,
    caf::replies_to<list_queues>::with<answer<std::vector<queue_report>>>,
    caf::replies_to<count_deliveries>::with<delivery_counts>,
    // From identities.
    caf::reacts_to<sender_domains_changed>, caf::reacts_to<signing_keys_changed>,
    // From webhooks.
    caf::reacts_to<event_readers_changed>,
    // From scheduler.
    caf::reacts_to<hold_tasks>,
    caf::replies_to<count_task_backlogs>::with<std::vector<task_backlog>>,
    // From replication.
    caf::replies_to<adopt_mails>::with<answer<done>>,
    caf::replies_to<place_copies>::with<answer<done>>,
    caf::replies_to<yield_mails>::with<answer<yielded_mails>>, caf::reacts_to<allow_sending>,
    // From node.
    caf::reacts_to<connect_listeners>, caf::replies_to<drain_delivery>::with<done>>;

/// Who belongs to the cluster, and whether this node does.
using cluster_actor = caf::typed_actor<
    // From admin.
    caf::replies_to<list_nodes>::with<answer<std::vector<node_report>>>,
    caf::replies_to<change_node>::with<answer<node_report>>,
    // From node: answered when this node is a member, or never will be.
    caf::replies_to<join_cluster>::with<answer<node_report>>, caf::reacts_to<connect_members>,
    // From the settler: what others took is gone from this node's queues.
    caf::reacts_to<settle_epoch>,
    // From delivery, while the node drains.
    caf::reacts_to<report_drained>,
    // From node, last.
    caf::replies_to<leave_cluster>::with<done>>;

/// Questions to the other nodes, for answers about the whole cluster.
using inquiries_actor = caf::typed_actor<
    // From admin. Always answered, within 6 s; a peer without an answer has status 0.
    caf::replies_to<ask_peers>::with<std::vector<peer_answer>>, caf::reacts_to<connect_answerer>,
    // From cluster.
    caf::reacts_to<members_changed>,
    // From the gateways.
    caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    caf::replies_to<frames_received>::with<done>,
    // From itself.
    caf::reacts_to<run_step>>;

/// Second copies of mails.
using replication_actor = caf::typed_actor<
    // From intake, beside the commit.
    caf::reacts_to<copy_mails>,
    // From delivery.
    caf::reacts_to<outcomes_recorded>,
    // From cluster.
    caf::reacts_to<members_changed>, caf::reacts_to<peer_joined>, caf::reacts_to<peer_lost>,
    // From ip_pool: who can send what, and so holds copies of it.
    caf::reacts_to<pools_changed>,
    // Answered once what was received is on its way to the disk.
    caf::replies_to<frames_received>::with<done>,
    // From node.
    caf::reacts_to<connect_listeners>>;

/// Policies of receivers for the way to them, and what is counted of it.
using transport_policy_actor = caf::typed_actor<
    // From delivery's router.
    caf::reacts_to<find_sts_policy>,
    // From delivery.
    caf::reacts_to<count_tls_sessions>,
    // From admin.
    caf::replies_to<list_tls_reports>::with<answer<std::vector<tls_report>>>>;

} // namespace warmfront
