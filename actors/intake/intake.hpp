// Policy on new mail: who may send it, through which pool, and what is added and removed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "actors/core/random.hpp"
#include "actors/intake/sender_domains.hpp"
#include "actors/intake/suppressed_recipients.hpp"
#include "actors/messages/copy_holder.hpp"
#include "actors/messages/messages.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// Whether a mail gets a second copy before it is acknowledged.
enum class second_copy : std::uint8_t {
  never,
  preferred, ///< one copy will do while no other node can hold one
  required,
};

struct intake_config {
  std::string hostname;   ///< named in Received and Message-ID
  std::uint16_t node = 0; ///< this node's part of message ids
  std::size_t octets_max = 10 * 1024 * 1024;
  std::size_t recipients_max = 1000;
  pool_name default_pool{"shared"};
  second_copy copies = second_copy::never;
  bool awaits_suppressions = false; ///< mail is taken once it can be asked who is not sent to
  suppression_look_up suppressions = {};
  bool awaits_identities = false; ///< the same, of who may send from which domain
  bool require_verified = false;  ///< mail is from a verified domain of its account
  /// Of the readers of tasks' mail and of batch mail that the HTTP API composes, where they say
  /// nothing.
  tracking track = {};
};

/// Turns submissions into mails of the spool. Not thread-safe; no I/O.
class intake {
public:
  intake(intake_config config, std::unique_ptr<random_source> random);

  /// Mail is taken once the pools are known.
  void set_pools(const std::vector<pool>& pools);
  /// Sender domains that have a ledger: their mail gets lanes of its own.
  void set_ledger_domains(const std::vector<domain_name>& domains);
  /// Who can hold second copies.
  void set_holders(std::vector<copy_holder> holders) { holders_ = std::move(holders); }
  /// Mail that would only bounce is refused until then.
  void set_over_limit(const mail_over_limit& what);
  void lift_limits() { over_limits_.clear(); }
  /// It can be asked who is not sent to.
  void set_suppressions_known() { knows_suppressed_ = true; }
  /// Who may send from which domain.
  void set_sender_domains(std::shared_ptr<const sender_domains::table> all) {
    sender_domains_.set(std::move(all));
  }
  /// Whether new mail is turned away, since this node is to be emptied.
  void set_drains(bool drains) { drains_ = drains; }
  /// The next sequence number of a lane that the disk holds.
  void restore(const storage::lane& where, std::uint64_t next_sequence);

  /// Applies policy and stamps the mail: an id, trace fields, a lane.
  /// - `refused`: the account may not use the pool, or the client or the account not the sender.
  /// - `invalid_argument`: no such pool, a bad `X-Warmfront-…` field, no recipient, a header that
  ///   no mail may have.
  /// - `limit_exceeded`: too long, or too many recipients; without a field: over the limit of a
  /// day.
  /// - `unavailable`: the node is starting or draining, or a second copy is required and nobody can
  /// hold it.
  /// Recipients that are `suppressed` end here.
  [[nodiscard]] result<std::shared_ptr<spooled_mail>>
  take(submission mail, wall_time now, const suppressed_recipients& suppressed = {});
  /// The same, of a mail merge of a task. Its content is as it is.
  [[nodiscard]] result<std::shared_ptr<spooled_mail>>
  take(merge_submission&& merge, wall_time now, const suppressed_recipients& suppressed = {});
  [[nodiscard]] second_copy copies() const noexcept { return config_.copies; }
  /// Where it is asked who is not sent to, before mails are taken.
  [[nodiscard]] const suppression_look_up& suppressions() const noexcept {
    return config_.suppressions;
  }

private:
  struct wishes;
  [[nodiscard]] result<wishes> read_wishes(const submission& mail) const;
  [[nodiscard]] result<const pool*> choose_pool(const pool_name& asked,
                                                const account_name& account) const;
  [[nodiscard]] result<void> check_open() const;
  [[nodiscard]] static result<void> check_sender(const submission& mail);
  /// Who it is, who of its recipients is not sent to, where it is queued, and where its copy goes.
  void place(spooled_mail& taken, wall_time now, const suppressed_recipients& suppressed);
  static void leave_out(spooled_mail& taken, const suppressed_recipients& suppressed,
                        wall_time now);
  [[nodiscard]] result<void> check_limits(const submission& mail, const pool_name& through,
                                          mail_class importance, wall_time now) const;
  [[nodiscard]] std::string trace_fields(const submission& mail, const message_id& id,
                                         wall_time now) const;
  [[nodiscard]] std::string missing_fields(const submission& mail, storage::spooled_message& record,
                                           wall_time now) const;

  intake_config config_;
  std::unique_ptr<random_source> random_;
  bool ready_ = false;
  std::map<pool_name, pool> pools_;
  std::set<domain_name> ledger_domains_;
  std::vector<copy_holder> holders_;
  pool_owners owners_;
  bool drains_ = false;
  std::vector<mail_over_limit> over_limits_;
  bool knows_suppressed_ = false;
  sender_domains sender_domains_;
  std::map<storage::lane, std::uint64_t> next_sequence_;
};

} // namespace warmfront
