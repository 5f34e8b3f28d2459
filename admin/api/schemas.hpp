// The objects of the API, as tables.
#pragma once

#include "admin/api/schema.hpp"

namespace warmfront::admin::schemas {

// Bodies of requests.
extern const schema new_message;
extern const schema new_pool;
extern const schema changed_pool;
extern const schema changed_pool_address;
extern const schema address_action;
extern const schema new_plan;
extern const schema changed_plan;
extern const schema thresholds;
extern const schema ledger_action;
extern const schema ledger_preview;
extern const schema new_forecast;
extern const schema new_provisioning;
extern const schema provisioning_action;
extern const schema new_template;
extern const schema changed_template;
extern const schema template_values;
extern const schema template_action;
extern const schema new_group;
extern const schema new_task;
extern const schema task_preview;
extern const schema task_action;
extern const schema new_identity;
extern const schema new_sender;
extern const schema sender_password;
extern const schema changed_identity;
extern const schema new_identity_key;
extern const schema sending_question;
extern const schema new_suppression;
extern const schema new_webhook;
extern const schema webhook_action;
extern const schema new_key;
extern const schema node_action;
extern const schema sign_in;
extern const schema new_account;
extern const schema new_queue_action;

// Parts of several.
extern const schema attachment;
extern const schema tracking_wish;

// Queries.
extern const schema page_query;
extern const schema message_query;
extern const schema timeline_query;
extern const schema matches_query;
extern const schema ledger_query;
extern const schema account_query;
extern const schema account_page_query;
extern const schema template_query;
extern const schema suppression_query;
extern const schema suppression_import_query;
extern const schema statistics_query;
extern const schema dead_letter_query;
extern const schema replay_query;
extern const schema event_query;
extern const schema audit_query;
extern const schema series_query;
extern const schema ledger_history_query;

// Responses.
extern const schema accepted;
extern const schema message;
extern const schema why;
extern const schema timeline;
extern const schema waiting_matches;
extern const schema queue_action;
extern const schema pool;
extern const schema address;
extern const schema plan;
extern const schema ledger;
extern const schema queue;
extern const schema batch_forecast;
extern const schema provisioning;
extern const schema address_check;
extern const schema binding;
extern const schema template_summary;
extern const schema template_whole;
extern const schema rendered_template;
extern const schema group;
extern const schema import_result;
extern const schema group_recipient;
extern const schema task;
extern const schema task_occurrence;
extern const schema planned_times;
extern const schema identity;
extern const schema sender;
extern const schema dns_record;
extern const schema identity_key;
extern const schema identity_dns;
extern const schema sending_check;
extern const schema suppression;
extern const schema suppression_import_result;
extern const schema statistics_row;
extern const schema counts; ///< of a row, without what it is of
extern const schema tls_report_query;
extern const schema tls_report;
extern const schema webhook;
extern const schema dead_letter;
extern const schema replayed;
extern const schema complaint_address;
extern const schema overview;
extern const schema series;
extern const schema ledger_history;
extern const schema previewed_ledger;
extern const schema backup;
extern const schema backup_progress;
extern const schema key;
extern const schema created_key;
extern const schema session;
extern const schema account;
extern const schema audit_record;
extern const schema cluster;
extern const schema node;
extern const schema health;
extern const schema problem_document;

} // namespace warmfront::admin::schemas
