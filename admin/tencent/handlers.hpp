// The handlers of the actions, named after them. Inside `admin/tencent` only.
#pragma once

#include "admin/tencent/handling.hpp"

namespace warmfront::admin::tencent::handlers {

// ---- sending
step send_email(call& request, const answers& given);
step batch_send_email(call& request, const answers& given);
step list_send_tasks(call& request, const answers& given);
step get_send_email_status(call& request, const answers& given);

// ---- sender domains and addresses
step create_email_identity(call& request, const answers& given);
step get_email_identity(call& request, const answers& given);
step update_email_identity(call& request, const answers& given);
step list_email_identities(call& request, const answers& given);
step delete_email_identity(call& request, const answers& given);
step create_email_address(call& request, const answers& given);
step list_email_address(call& request, const answers& given);
step delete_email_address(call& request, const answers& given);
step update_email_smtp_password(call& request, const answers& given);

// ---- templates
step create_email_template(call& request, const answers& given);
step update_email_template(call& request, const answers& given);
step get_email_template(call& request, const answers& given);
step list_email_templates(call& request, const answers& given);
step delete_email_template(call& request, const answers& given);

// ---- recipient groups
step create_receiver(call& request, const answers& given);
step create_receiver_detail(call& request, const answers& given);
step create_receiver_detail_with_data(call& request, const answers& given);
step list_receivers(call& request, const answers& given);
step list_receiver_details(call& request, const answers& given);
step delete_receiver(call& request, const answers& given);

// ---- what became of mail
step get_statistics_report(call& request, const answers& given);
step get_abuse_report(call& request, const answers& given);

// ---- addresses that are not sent to
step list_black_email_address(call& request, const answers& given);
step delete_black_list(call& request, const answers& given);
step create_custom_blacklist(call& request, const answers& given);
step list_custom_blacklist(call& request, const answers& given);
step update_custom_black_list(call& request, const answers& given);
step delete_custom_black_list(call& request, const answers& given);

// ---- unsubscribe settings
step put_address_unsubscribe_config(call& request, const answers& given);
step delete_address_unsubscribe_config(call& request, const answers& given);
step list_address_unsubscribe_config(call& request, const answers& given);

} // namespace warmfront::admin::tencent::handlers
