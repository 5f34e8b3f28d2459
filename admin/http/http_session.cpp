#include "admin/http/http_session.hpp"
#include "admin/http/answer_stream.hpp"

#include <array>
#include <type_traits>
#include <utility>

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace warmfront::admin {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t read_octets = 16 * 1024;
/// How long and how much is read from a client that is being told to stop: closing with unread
/// octets would reset the connection and destroy the answer on its way.
constexpr std::chrono::seconds linger_timeout{2};
constexpr std::size_t linger_octets_max = 4 * 1024 * 1024;
/// Of a body that is taken in pieces.
constexpr std::size_t piece_octets = 256 * 1024;

error broken_off() {
  return {errc::unavailable, "the connection ended before the body did", "send it again"};
}

template <class Stream>
class session final : public http_connection, public std::enable_shared_from_this<session<Stream>> {
  static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;

public:
  session(Stream stream, std::shared_ptr<asio::ssl::context> tls, std::string client, bool loopback,
          std::shared_ptr<http_state> server)
      : tls_{std::move(tls)}, stream_{std::move(stream)}, client_{std::move(client)},
        loopback_{loopback}, server_{std::move(server)}, reader_{server_->limits.request},
        answer_timer_{stream_.get_executor()} {}

  ~session() override { release_octets(); }

  void start() {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      if constexpr (is_tls) {
        self->tcp().expires_after(self->server_->limits.head_timeout);
        self->stream_.async_handshake(asio::ssl::stream_base::server, [self](error_code failure) {
          failure ? self->finish() : self->begin_request();
        });
      } else {
        self->begin_request();
      }
    });
  }

  void close_when_idle() override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      self->closing_ = true;
      if (self->streamed_) {
        self->streamed_->stop();
      }
      if (self->phase_ == phase::reading && !self->reader_.begun()) {
        self->finish();
      }
    });
  }

  void abort() override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] { self->finish(); });
  }

private:
  enum class phase { reading, answering, writing, lingering, finished };
  enum class deadline { idle, head, body };

  beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

  void begin_request() {
    if (phase_ == phase::finished) {
      return;
    }
    reader_.reset();
    phase_ = phase::reading;
    waits_for_ = deadline::idle;
    continue_sent_ = false;
    tcp().expires_after(server_->limits.idle_timeout);
    drive();
  }

  /// The stream's deadline stays until it is set again, so that it bounds the head as a whole and
  /// each window of the body, however small the pieces.
  void set_deadline() {
    if (waits_for_ == deadline::idle && reader_.begun()) {
      waits_for_ = deadline::head;
      tcp().expires_after(server_->limits.head_timeout);
    }
    if (reader_.at() != request_reader::stage::body) {
      return;
    }
    const auto window = server_->limits.body_octets_per_second_min *
                        static_cast<std::size_t>(server_->limits.body_timeout.count()) / 1000;
    const bool first = waits_for_ != deadline::body;
    if (first || reader_.body_octets() >= window_end_) {
      waits_for_ = deadline::body;
      window_end_ = reader_.body_octets() + window;
      tcp().expires_after(server_->limits.body_timeout);
    }
  }

  void drive() {
    pending_.erase(0, reader_.consume(pending_));
    hold_octets(reader_.body_octets());
    if (reader_.at() == request_reader::stage::body && reader_.is_streamed()) {
      return dispatch();
    }
    switch (reader_.at()) {
    case request_reader::stage::complete:
      return dispatch();
    case request_reader::stage::refused:
      return write(reader_.refusal(), false);
    case request_reader::stage::head:
    case request_reader::stage::body:
      break;
    }
    if (held_octets_ != 0 && server_->buffered_octets > server_->limits.buffered_octets_max) {
      return write(http_overloaded(), false);
    }
    set_deadline();
    if (reader_.expects_continue() && !continue_sent_) {
      return write_continue();
    }
    read();
  }

  void read() {
    is_reading_ = true;
    stream_.async_read_some(asio::buffer(chunk_), [self = this->shared_from_this()](
                                                      error_code failure, std::size_t octets) {
      self->is_reading_ = false;
      if (failure || self->phase_ == phase::finished) {
        return self->finish();
      }
      self->pending_.append(self->chunk_.data(), octets);
      if (self->phase_ == phase::reading) {
        self->drive();
      } else if (self->receiver_) {
        self->fill();
      }
    });
  }

  // ---- a body that is taken in pieces

  std::shared_ptr<octet_source> make_source(std::uint64_t turn) {
    struct source final : octet_source {
      std::weak_ptr<session> from;
      std::uint64_t turn = 0;
      void next(receiver then) override {
        const auto self = from.lock();
        if (!self) {
          return then(broken_off());
        }
        asio::post(self->stream_.get_executor(),
                   [self, turn = turn, then = std::move(then)] { self->pull(turn, then); });
      }
    };
    auto made = std::make_shared<source>();
    made->from = this->weak_from_this();
    made->turn = turn;
    return made;
  }

  void pull(std::uint64_t turn, octet_source::receiver then) {
    if (phase_ != phase::answering || turn != turn_ || receiver_) {
      return then(broken_off());
    }
    receiver_ = std::move(then);
    tcp().expires_after(server_->limits.body_timeout);
    fill();
  }

  void fill() {
    pending_.erase(0, reader_.consume(pending_));
    hold_octets(reader_.body_octets());
    if (reader_.at() == request_reader::stage::refused) {
      return give(error{errc::invalid_argument, "the body's framing breaks the rules of HTTP/1.1",
                        "send it again"});
    }
    if (reader_.at() == request_reader::stage::complete || reader_.body_octets() >= piece_octets) {
      return give(reader_.take_body());
    }
    reader_.expects_continue() && !continue_sent_ ? write_continue() : read();
  }

  void give(result<std::string> piece) {
    tcp().expires_never();
    release_octets();
    if (reader_.at() == request_reader::stage::complete) {
      limit_answer();
    }
    std::exchange(receiver_, nullptr)(std::move(piece));
  }

  void write_continue() {
    static constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    continue_sent_ = true;
    asio::async_write(stream_, asio::buffer(interim.data(), interim.size()),
                      [self = this->shared_from_this()](error_code failure, std::size_t) {
                        failure ? self->finish() : self->read();
                      });
  }

  void dispatch() {
    phase_ = phase::answering;
    const auto turn = ++turn_;
    tcp().expires_never();
    auto request = reader_.take();
    if (reader_.is_streamed()) {
      request.stream = make_source(turn);
    } else {
      limit_answer();
    }
    request.client_address = client_;
    request.from_loopback = loopback_;
    request.over_tls = is_tls;
    server_->handler(std::move(request), make_responder(turn));
  }

  void limit_answer() {
    answer_timer_.expires_after(server_->limits.answer_timeout);
    answer_timer_.async_wait([self = this->shared_from_this(), turn = turn_](error_code failure) {
      if (!failure) {
        self->answer(turn, http_problem(503, "timed_out", "The node did not answer in time."));
      }
    });
  }

  /// Weak, so that an answer that comes late, or never, does not keep the connection open.
  http_responder make_responder(std::uint64_t turn) {
    return answer_once([target = this->weak_from_this(), turn](http_response response) {
      if (const auto self = target.lock()) {
        asio::post(self->stream_.get_executor(),
                   [self, turn, response = std::move(response)]() mutable {
                     self->answer(turn, std::move(response));
                   });
      }
    });
  }

  void answer(std::uint64_t turn, http_response response) {
    if (phase_ != phase::answering || turn != turn_) {
      return;
    }
    answer_timer_.cancel();
    const bool keep = reader_.keeps_alive() && !closing_ && !server_->stopping && !response.stream;
    write(std::move(response), keep);
  }

  void write(const http_response& response, bool keep_alive) {
    phase_ = phase::writing;
    release_octets();
    out_ = serialize(response, server_->time.wall_now(), keep_alive, reader_.is_head_request());
    tcp().expires_after(server_->limits.write_timeout);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = this->shared_from_this(), keep_alive,
                       body = reader_.is_head_request() ? nullptr : response.stream](
                          error_code failure, std::size_t) {
                        if (failure || self->phase_ == phase::finished) {
                          self->finish();
                        } else if (body) {
                          self->write_stream(body);
                        } else if (keep_alive) {
                          self->begin_request();
                        } else {
                          self->end();
                        }
                      });
  }

  void write_stream(std::shared_ptr<octet_source> body) {
    streamed_ = std::make_shared<answer_stream<Stream>>(
        stream_, std::move(body), server_->limits.write_timeout,
        [self = this->shared_from_this()](bool is_whole) {
          is_whole ? self->end() : self->finish();
        });
    streamed_->pull();
  }

  /// Says goodbye and lets the client read the last answer.
  void end() {
    phase_ = phase::lingering;
    tcp().expires_after(linger_timeout);
    if constexpr (is_tls) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->linger(); });
    } else {
      linger();
    }
  }

  void linger() {
    if (is_reading_) {
      return finish();
    }
    error_code ignored;
    tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    drain();
  }

  void drain() {
    tcp().async_read_some(asio::buffer(chunk_), [self = this->shared_from_this()](
                                                    error_code failure, std::size_t octets) {
      self->drained_ += octets;
      if (failure || self->drained_ > linger_octets_max) {
        return self->finish();
      }
      self->drain();
    });
  }

  void finish() {
    if (phase_ == phase::finished) {
      return;
    }
    phase_ = phase::finished;
    release_octets();
    answer_timer_.cancel();
    tcp().close();
    if (receiver_) {
      std::exchange(receiver_, nullptr)(broken_off());
    }
    if (streamed_) {
      streamed_->stop();
    }
    server_->remove(this, client_);
  }

  void hold_octets(std::size_t octets) {
    server_->buffered_octets += octets - held_octets_;
    held_octets_ = octets;
  }
  void release_octets() { hold_octets(0); }

  std::shared_ptr<asio::ssl::context> tls_; // Lives as long as the stream.
  Stream stream_;
  std::string client_;
  bool loopback_;
  std::shared_ptr<http_state> server_;
  request_reader reader_;
  asio::steady_timer answer_timer_;
  phase phase_ = phase::reading;
  deadline waits_for_ = deadline::idle;
  bool continue_sent_ = false;
  bool closing_ = false;
  bool is_reading_ = false;
  octet_source::receiver receiver_;                 ///< waits for a piece of the body
  std::shared_ptr<answer_stream<Stream>> streamed_; ///< an answer that is under way
  std::uint64_t turn_ = 0;
  std::size_t window_end_ = 0;
  std::size_t held_octets_ = 0;
  std::size_t drained_ = 0;
  std::array<char, read_octets> chunk_{};
  std::string pending_;
  std::string out_;
};

template <class Stream>
void launch(Stream stream, std::shared_ptr<asio::ssl::context> tls, std::string client,
            bool loopback, std::shared_ptr<http_state> server) {
  auto connection = std::make_shared<session<Stream>>(std::move(stream), std::move(tls),
                                                      std::move(client), loopback, server);
  server->add(connection);
  connection->start();
}

} // namespace

void start_session(asio::ip::tcp::socket socket, std::string client,
                   std::shared_ptr<asio::ssl::context> tls, std::shared_ptr<http_state> server) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  auto address = asio::ip::make_address(client, ignored);
  const bool loopback = !ignored && address.is_loopback();
  beast::tcp_stream stream{std::move(socket)};
  if (tls) {
    auto& context = *tls;
    launch(beast::ssl_stream<beast::tcp_stream>{std::move(stream), context}, std::move(tls),
           std::move(client), loopback, std::move(server));
  } else {
    launch(std::move(stream), nullptr, std::move(client), loopback, std::move(server));
  }
}

} // namespace warmfront::admin
