// Reads what waits back from the spool. Blocks on the disk: runs in an actor of its own thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/core/mail_event.hpp"
#include "actors/delivery/lanes.hpp"
#include "actors/delivery/merge_writer.hpp"
#include "actors/delivery/queue_job.hpp"
#include "actors/messages/messages.hpp"
#include "actors/messages/queue_actions.hpp"
#include "actors/messages/replicas.hpp"
#include "storage/store.hpp"
#include "storage/suppression_reader.hpp"

namespace warmfront {

/// A queue entry with all that delivery needs to know of it.
struct loaded_entry {
  std::string queue_key;
  std::optional<storage::lane_position> position;
  std::uint32_t index = 0;
  std::unique_ptr<storage::recipient_record> record; ///< null: never tried
  std::shared_ptr<const spooled_mail> mail;          ///< shared by the entries of a message
  std::uint32_t unfinished = 0;                      ///< recipients of the message without an end
  std::shared_ptr<const std::string> own_content = nullptr; ///< of a mail merge
  std::optional<error> unwritten = std::nullopt;            ///< why it has none
  bool is_suppressed = false; ///< its account does not send to it (any more)
};

struct loaded_entries {
  std::vector<loaded_entry> entries;
  bool complete = true; ///< the range held no more
  std::string last_key; ///< of the last entry looked at; empty: there was none
};

/// A message as it stands on disk.
struct stored_message {
  storage::spooled_message message;
  /// By recipient; none: nothing has happened to it since it was queued.
  std::vector<std::optional<storage::recipient_record>> recipients;
  std::vector<mail_event> feedback = {}; ///< by `read_whole_story` alone
};

/// What the lanes on disk hold, found by seeking from lane to lane: no entry is enumerated.
struct stored_lane {
  storage::lane where;
  std::uint64_t first = 0;
  std::uint64_t tail = 0; ///< one past the last
};
[[nodiscard]] result<std::vector<stored_lane>> stored_lanes(const storage::store& from);

/// Who is not sent to, at what time; without a reader everybody is.
struct suppression_check {
  const storage::suppression_reader* reader = nullptr;
  wall_time now{};
};

/// Which recipients that wait an action by hand is about.
struct queue_choice {
  queue_action action = queue_action::retry;
  queue_filter filter;
  std::map<storage::lane, std::string> reasons; ///< what lanes wait for; of others it is `queue`
  wall_time due_after{}; ///< `retry`: only who is due later; who was made due is not chosen again
};
struct chosen_mail {
  stored_message stored;
  std::vector<std::uint32_t> chosen; ///< of its recipients
};
struct chosen_mails {
  std::vector<chosen_mail> mails;
  std::string next; ///< continue there; empty: that was all
};

class spool_reader {
public:
  explicit spool_reader(const storage::store& from, merge_settings merges = {},
                        suppression_check suppressions = {})
      : store_{from}, merges_{std::move(merges)}, suppressions_{suppressions} {}

  [[nodiscard]] result<loaded_entries> read_lane(const lane_load& piece) const;
  /// Recipients due until `now`, from a key on, at most `limit`.
  [[nodiscard]] result<loaded_entries> read_due(std::string_view from, wall_time now,
                                                std::size_t limit) const;
  /// The first due time on disk, from a key on.
  [[nodiscard]] result<std::optional<wall_time>> first_due(std::string_view from) const;
  /// When what is at a position of a lane, or first behind it, was accepted; none: nothing is.
  [[nodiscard]] result<std::optional<wall_time>>
  accepted_at(const storage::lane_position& from) const;
  /// `not_found` for an id that the spool does not know (any more).
  [[nodiscard]] result<stored_message> read_message(const message_id& id) const;
  /// The same, with what came back about it later.
  [[nodiscard]] result<stored_message> read_whole_story(const message_id& id) const;
  /// Messages of a page, newest first; looks at no more than 5 000 of them. Recipients that wait
  /// in one of the lanes `held` count as held.
  struct page {
    std::vector<stored_message> items;
    std::optional<message_id> next;
    bool is_whole = true; ///< false: it ended before it was full
  };
  [[nodiscard]] result<page> list(const list_messages& filter,
                                  const std::set<storage::lane>& held = {}) const;
  /// Removes what is left of messages accepted before a time whose recipients are all finished.
  /// Looks at no more than `most` messages from `from` on and says where to continue; empty: done.
  /// Messages with a waiting entry from a key of the queue on, in the order of entries.
  struct waiting {
    std::vector<message_id> messages;
    std::string next; ///< continue there; empty: that was all
  };
  /// `deferred`: also those that wait for another attempt.
  [[nodiscard]] result<waiting> waiting_in(const std::vector<storage::lane>& lanes, bool deferred,
                                           const std::string& from, std::size_t most) const;
  /// Mails with their recipients' states; without those that have gone, or whose copy nobody has
  /// confirmed. Content only of those whose copy is `whole`, and no more than one load holds.
  [[nodiscard]] result<std::vector<adopted_mail>>
  read_mails(const std::vector<message_id>& ids, const storage::message_copy& whole) const;

  /// None: it has gone, or was never here.
  [[nodiscard]] result<std::optional<stored_message>> find_message(const message_id& id) const;
  /// Null, likewise.
  [[nodiscard]] result<std::shared_ptr<const std::string>> find_body(const message_id& id) const;
  /// Looks at no more than `most` entries of the queue from a key on.
  [[nodiscard]] result<chosen_mails> choose_waiting(const queue_choice& choice, std::string from,
                                                    std::size_t most) const;

  /// Reads the first of these mails again, as they stand now, with their bodies: at least one, and
  /// no more than `octets_max` and one. `contents` gets an entry for each that was read; null: it
  /// has gone.
  [[nodiscard]] result<void> read_again(std::vector<chosen_mail>& mails,
                                        std::vector<std::shared_ptr<const std::string>>& contents,
                                        std::size_t octets_max) const;
  /// The actions by hand that this node remembers.
  [[nodiscard]] result<std::vector<queue_job>> read_jobs() const;

  struct sweep {
    storage::batch removals;
    std::string continue_from;
  };
  [[nodiscard]] result<sweep> sweep_finished(std::string from, wall_time accepted_before,
                                             std::size_t most) const;

private:
  [[nodiscard]] result<bool> is_confirmed(const storage::spooled_message& message) const;
  struct whole_mail {
    std::shared_ptr<const spooled_mail> mail;
    std::uint32_t unfinished = 0;
    std::shared_ptr<const merge_writer> merge; ///< null: all get the same
  };
  [[nodiscard]] bool is_suppressed(const loaded_entry& item) const;
  [[nodiscard]] std::size_t write_own(loaded_entry& item, const merge_writer& merge) const;
  [[nodiscard]] result<whole_mail> read_whole(const message_id& id) const;
  [[nodiscard]] result<loaded_entries> load(std::vector<storage::key_value> found,
                                            std::size_t limit) const;
  [[nodiscard]] result<stored_message> with_recipients(storage::spooled_message message) const;

  const storage::store& store_;
  merge_settings merges_;
  suppression_check suppressions_;
};

} // namespace warmfront
