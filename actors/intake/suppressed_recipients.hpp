// Who of the recipients of some mails is not sent to.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/messages.hpp"
#include "storage/suppression_reader.hpp"

namespace warmfront {

/// Found before the mails are taken over.
class suppressed_recipients {
public:
  void add(const account_name& account, std::string_view address) {
    found_.insert(key_of(account, address));
  }
  [[nodiscard]] bool contains(const account_name& account, std::string_view address) const {
    return !found_.empty() && found_.contains(key_of(account, address));
  }

private:
  static std::string key_of(const account_name& account, std::string_view address) {
    return (account.str() + '\0').append(address);
  }
  std::set<std::string, std::less<>> found_;
};

/// Where it is looked up; without a reader nobody is suppressed.
struct suppression_look_up {
  const storage::suppression_reader* reader = nullptr; ///< outlives who asks
  /// Runs what reads the disk, off the thread that takes mail.
  std::function<void(std::function<void()>)> run_aside;
};

/// Whether the disk has to be asked: most accounts have no entries.
[[nodiscard]] bool must_look_up(const suppression_look_up& where,
                                const std::vector<submitted_mail>& mails);
[[nodiscard]] bool must_look_up(const suppression_look_up& where,
                                const std::vector<merge_submission>& merges);
/// Reads the disk.
[[nodiscard]] suppressed_recipients look_up(const storage::suppression_reader& reader,
                                            const std::vector<submitted_mail>& mails,
                                            wall_time now);
[[nodiscard]] suppressed_recipients look_up(const storage::suppression_reader& reader,
                                            const std::vector<merge_submission>& merges,
                                            wall_time now);

} // namespace warmfront
