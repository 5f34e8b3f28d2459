#include <catch2/catch.hpp>

#include "actors/replication/replication.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;

namespace {

const node_name self{"n1"};
const node_name second_node{"n2"};
const node_name third_node{"n3"};

/// A node with two connected peers, and what it was told about sending.
class pausing_node final : public replication_effects {
public:
  explicit pausing_node(std::size_t unconfirmed_max = 1000) {
    replication_config config{self, 1};
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

  [[nodiscard]] steady_time steady_now() const override { return time.steady_now(); }
  void commit(storage::batch, storage::priority,
              std::function<void(const result<void>&)>) override {}
  void tidy(storage::batch) override {}
  void read(std::function<std::function<void()>(const copy_reader&)>) override {}
  void send(const node_name&, std::uint16_t kind, std::string octets) override {
    if (kind == static_cast<std::uint16_t>(replica_frame::keep_progress))
      unanswered_.push_back(decode_progress(octets).value().number);
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

} // namespace

TEST_CASE("replication: sending pauses while outcomes wait and no peer says anything",
          "[replication]") {
  pausing_node node;
  node.record(1);
  node.pass(milliseconds{200});
  CHECK(node.may_send);
  node.pass(milliseconds{1});
  CHECK_FALSE(node.may_send);
  node.confirm();
  CHECK(node.may_send);
}

TEST_CASE("replication: a slow holder does not pause sending while another peer is heard",
          "[replication]") {
  pausing_node node;
  node.record(1);
  for (int i = 0; i < 10; ++i) {
    node.pass(milliseconds{150});
    node.hear(third_node, replica_frame::known, encode_messages({1, {}}));
    CHECK(node.may_send);
  }
  node.pass(milliseconds{201});
  CHECK_FALSE(node.may_send);
  node.hear(third_node, replica_frame::known, encode_messages({1, {}}));
  CHECK(node.may_send);
}

TEST_CASE("replication: silence is no sign while nothing waits for an answer", "[replication]") {
  pausing_node node;
  node.pass(milliseconds{60'000});
  CHECK(node.may_send);
  node.record(1);
  CHECK(node.may_send);
  node.confirm();
  node.pass(milliseconds{60'000});
  CHECK(node.may_send);
}

TEST_CASE("replication: sending pauses at so many outcomes and goes on at half of them",
          "[replication]") {
  pausing_node node{4};
  node.record(4);
  CHECK(node.may_send);
  node.record(1);
  CHECK_FALSE(node.may_send);
  node.confirm();
  CHECK(node.may_send);
}
