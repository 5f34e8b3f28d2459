// The last thing that is done to a mail: return path, links, signatures. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/delivery/outgoing_rules.hpp"
#include "actors/messages/spooled.hpp"
#include "net/smtp/client_transmission.hpp"

namespace warmfront {

/// What all transactions of a message share, once one of them has made it. Thread-safe.
class shared_prefix {
public:
  /// The fields made by these rules within the last hour; none: to be made.
  [[nodiscard]] std::optional<std::string> find(const std::shared_ptr<const outgoing_rules>& rules,
                                                wall_time now) const;
  void keep(std::shared_ptr<const outgoing_rules> rules, std::string fields, wall_time now);

private:
  mutable std::mutex guard_;
  std::shared_ptr<const outgoing_rules> rules_;
  std::string fields_;
  wall_time made_at_{};
};

/// A transaction on its way to the transport.
struct outgoing_order {
  smtp::transmission what;
  std::shared_ptr<const spooled_mail> mail;
  std::uint32_t index = 0; ///< of its only recipient, or `feedback::any_recipient`
  std::shared_ptr<shared_prefix> shared;
  std::optional<error> unsigned_because = {}; ///< it leaves without a signature it should have
};

/// Thread-safe.
class outgoing_mail {
public:
  explicit outgoing_mail(std::shared_ptr<const outgoing_rules> rules) : rules_{std::move(rules)} {}

  [[nodiscard]] const outgoing_rules& rules() const noexcept { return *rules_; }
  /// Whether nothing can be to do for mail of this message: tells without looking at the content.
  [[nodiscard]] bool passes(const storage::spooled_message& message) const;
  /// Makes of it the mail as it leaves.
  void prepare(outgoing_order& order, wall_time now) const;

private:
  struct sender;
  void track(outgoing_order& order, const sender& by) const;
  void name_return_path(outgoing_order& order, const sender& by) const;
  [[nodiscard]] std::string unsubscribe_fields(const outgoing_order& order, const sender& by) const;
  [[nodiscard]] std::string feedback_field(const outgoing_order& order) const;
  void sign(outgoing_order& order, const sender& by, wall_time now) const;

  std::shared_ptr<const outgoing_rules> rules_;
};

} // namespace warmfront
