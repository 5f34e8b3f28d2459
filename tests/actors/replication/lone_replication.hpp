// The rules of replication by themselves, between peers that a test plays.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

inline const node_name second_node{"n2"};
inline const node_name third_node{"n3"};

/// The rules of one node with two connected peers, whose frames and answers a test plays.
class lone_replication final : public replication_effects {
public:
  explicit lone_replication(std::size_t unconfirmed_max = 1000) {
    replication_config config{node_name{"n1"}, 1};
    config.unconfirmed_max = unconfirmed_max;
    config.unheard_max = milliseconds{200};
    rules_ = std::make_unique<replication>(config, *this);
    rules_->set_members({{second_node, 2, false, false, true, false, 1},
                         {third_node, 3, false, false, true, false, 1}});
    rules_->peer_joined(second_node);
    rules_->peer_joined(third_node);
  }

  /// Outcomes of that many recipients whose copies are at n2.
  void record(std::size_t count) {
    std::vector<copy_progress> outcomes;
    for (std::size_t i = 0; i < count; ++i) {
      copy_progress each;
      each.holder = 2;
      each.recipient = {message_id{time.wall_now(), 1, ++last_}, 0};
      outcomes.push_back(each);
    }
    rules_->progressed(std::move(outcomes));
  }
  /// New mails whose copies go to n2. What became of them is in `answered`.
  void copy(std::size_t count) {
    std::vector<std::shared_ptr<const spooled_mail>> mails;
    for (std::size_t i = 0; i < count; ++i) {
      auto mail = std::make_shared<spooled_mail>();
      mail->record.id = message_id{time.wall_now(), 1, ++last_};
      mail->record.mail.recipients.emplace_back().address = "r@b.example";
      mail->record.copy = storage::message_copy{2, 0};
      mail->content = std::make_shared<const std::string>("content");
      mails.push_back(std::move(mail));
    }
    rules_->copy(std::move(mails), [this](std::vector<bool> kept) {
      answered.insert(answered.end(), kept.begin(), kept.end());
    });
  }
  /// n2 has made the copies of the oldest frame without an answer durable.
  void keep_oldest() {
    REQUIRE_FALSE(frames.empty());
    const auto number = frames.front().number;
    frames.pop_front();
    hear(second_node, replica_frame::copies_kept, encode_copies_answer({number, {}}));
  }
  /// n2 confirms all it has been sent.
  void confirm() {
    for (const auto number : std::exchange(unanswered_, {}))
      hear(second_node, replica_frame::progress_kept, encode_progress_answer(number));
  }
  void hear(const node_name& from, replica_frame kind, const std::string& octets) {
    REQUIRE(rules_->received(from, static_cast<std::uint16_t>(kind), octets));
  }
  void pass(milliseconds time_passed) {
    time.advance(time_passed);
    rules_->tick();
  }

  testing::manual_clock time;
  bool may_send = true;
  std::deque<numbered_copies> frames; ///< of copies, without an answer yet
  std::vector<bool> answered;         ///< whether each mail's copy is kept

  [[nodiscard]] steady_time steady_now() const override { return time.steady_now(); }
  void commit(storage::batch, storage::priority,
              std::function<void(const result<void>&)>) override {}
  void tidy(storage::batch) override {}
  void read(std::function<std::function<void()>(const copy_reader&)>) override {}
  void send(const node_name&, std::uint16_t kind, std::string octets) override {
    if (kind == static_cast<std::uint16_t>(replica_frame::keep_progress))
      unanswered_.push_back(decode_progress(octets).value().number);
    if (kind == static_cast<std::uint16_t>(replica_frame::keep_copies))
      frames.push_back(decode_copies(octets).value());
  }
  void change(std::function<result<storage::control_transaction>()>,
              std::function<void(const result<void>&)>) override {}
  void own(std::vector<adopted_mail>, storage::batch,
           std::function<void(const result<void>&)>) override {}
  void place(std::vector<placed_copy>, std::function<void(const result<void>&)>) override {}
  void yield(yield_mails, std::function<void(const result<yielded_mails>&)>) override {}
  void drained(bool) override {}
  void holders_changed(std::vector<copy_holder>) override {}
  void allow_sending(bool allowed) override { may_send = allowed; }

private:
  std::uint64_t last_ = 0;
  std::vector<std::uint64_t> unanswered_;
  std::unique_ptr<replication> rules_;
};

} // namespace warmfront::testing
