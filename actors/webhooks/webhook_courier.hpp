// Brings the events of this node's log to webhooks: reads the log, sends, and writes down what was
// not taken. No actors; everything happens on its owner's thread, which may wait for the disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/event_log.hpp"
#include "actors/webhooks/event_pages.hpp"
#include "actors/webhooks/webhook_book.hpp"
#include "actors/webhooks/webhook_lane.hpp"
#include "net/http/http_client.hpp"

namespace warmfront {

/// What it works with; all of it outlives the courier.
struct courier_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  http::http_client* http = nullptr;
  random_source* random = nullptr;
  /// Runs on the owner's thread, unless the owner is gone.
  std::function<void(std::function<void()>)> run;
  /// The secrets that sign for a webhook now; none: they cannot be read.
  std::function<std::vector<std::string>(std::uint64_t webhook)> secrets;
  /// Its receiver wants no more of it.
  std::function<void(std::uint64_t webhook, const std::string& why)> end;
  /// There is something to do: `turn` is to be called soon.
  std::function<void()> wake;
};

class webhook_courier {
public:
  static constexpr std::chrono::hours dead_kept{7 * 24};
  static constexpr std::size_t dead_max = 100'000;

  webhook_courier(courier_ports ports, webhook_rules rules);

  /// What webhooks there are, all of them. One that is new here, or active again, gets what is
  /// logged from now on; of one that is gone the disk is cleared.
  void set_webhooks(const std::vector<const stored_webhook*>& all);
  /// Reads and sends what can be sent. @returns whether there is more to read at once.
  bool turn();
  /// Once in a while: dead letters that are over.
  void sweep();
  /// Events of a stream below this are needed by nobody here.
  [[nodiscard]] std::uint64_t needed_from(storage::event_stream stream) const;
  [[nodiscard]] event_pages& pages() noexcept { return pages_; }

  // ---- questions
  /// Adds what this node knows of a webhook.
  void describe(webhook_report& report);
  [[nodiscard]] result<std::vector<dead_letter>> dead_letters(const list_dead_letters& which) const;
  /// @returns how many there were here that are tried again; what would be too much to wait stays.
  /// `conflict` while the webhook is inactive.
  [[nodiscard]] result<std::uint64_t> replay(const replay_dead_letters& which);
  /// The request that brings a body to a webhook, signed.
  [[nodiscard]] result<http::outgoing_request> request(const webhook& to, const std::string& id,
                                                       std::string body) const;

private:
  struct post {
    webhook to;
    std::uint64_t generation = 0;
    webhook_lane lane;
    webhook_progress progress;
    bool has_news = false;               ///< of `progress`, for the disk
    per_stream<std::uint64_t> written{}; ///< cursors on the disk
    wall_time looked_at = {};            ///< down: when what is too old was last looked for
    std::size_t dead = 0;                ///< dead letters, as of the last sweep and since
    std::uint64_t taken = 0;             ///< requests, since it was opened
    std::uint64_t refused = 0;           ///< those that failed in whatever way
  };
  void open_post(const webhook& to);
  void close_post(std::uint64_t number);
  void clear_orphans(const std::vector<const stored_webhook*>& all);
  [[nodiscard]] std::size_t count(std::string prefix) const;
  [[nodiscard]] per_stream<std::uint64_t> read_cursors(std::uint64_t webhook, bool& is_new);

  bool pump(post& to, wall_time now);
  void send_parked(post& to, wall_time now);
  void bury_parked(post& to, wall_time now);
  void unpark(post& to, const std::string& key);
  std::size_t read_log(post& to, storage::event_stream stream, wall_time now);
  void send(post& to, webhook_item item);
  void on_answer(std::uint64_t number, std::uint64_t generation, const webhook_item& item,
                 const result<http::incoming_answer>& got);
  void note(post& to, const webhook_verdict& verdict, wall_time now);
  void bury(post& to, const mail_event& event, const std::string& why, wall_time now);
  std::uint64_t revive(post& to, const std::vector<storage::key_value>& letters,
                       storage::batch& moved);
  void write_down(wall_time now);
  void commit(storage::priority urgency);
  void written(const result<void>& outcome,
               const std::vector<std::pair<std::uint64_t, std::string>>& unparked);

  courier_ports ports_;
  webhook_rules rules_;
  event_pages pages_;
  std::map<std::uint64_t, post> posts_; ///< of active webhooks
  std::vector<std::uint64_t> known_;    ///< all webhooks
  bool is_first_ = true;
  std::uint64_t generations_ = 0;
  storage::batch pending_;
  bool is_urgent_ = false; ///< `pending_` has what must not be lost
  /// Keys of parked events that `pending_` takes off the disk, with their webhook's generation.
  std::vector<std::pair<std::uint64_t, std::string>> unparked_;
  wall_time written_at_{};
  bool has_complained_ = false;
};

} // namespace warmfront
