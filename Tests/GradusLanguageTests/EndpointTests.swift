// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNative
import Synchronization
import Testing

@Suite struct EndpointTests {
  let stub: ModelStub
  let endpoint: ModelEndpoint

  init() throws {
    stub = try ModelStub()
    endpoint = try stub.endpoint(try HTTPClient())
  }

  private func failure(_ text: String, streams: Bool = false) async -> ModelFailure? {
    do {
      let request = ModelRequest(asking: text)
      _ = try await streams ? endpoint.reply(to: request) { _ in } : endpoint.reply(to: request)
      return nil
    } catch { return error }
  }

  @Test func conversationsPromptsAndEmbeddings() async throws {
    var request = ModelRequest(asking: "say Grüße, 世界 \u{1F600}")
    request.count = 2
    let reply = try await endpoint.reply(to: request)
    #expect(reply.answers.map(\.text) == ["Grüße, 世界 \u{1F600}", "Grüße, 世界 \u{1F600}"])
    #expect(reply.usage == TokenUsage(prompt: 7, completion: 3))
    let prompt = try await endpoint.reply(to: ModelRequest(.prompt("say one two three")))
    #expect(prompt.answers.first?.ending == .length)
    #expect(prompt.answers.first?.tokens.map(\.logProbability) == [nil, -0.5, -0.5])
    let places = try await endpoint.reply(to: ModelRequest(.embedding(["a", "bcd"])))
    #expect(places.embeddings == [[1, 1], [3, 1]])
  }

  @Test func streamsAreCutWhereverTheirBytesAre() async throws {
    let heard = Mutex<[String]>([])
    let reply = try await endpoint.reply(to: ModelRequest(asking: "say Grüße, 世界 \u{1F600}")) { piece in
      heard.withLock { $0.append(piece) }
    }
    #expect(reply.text == "Grüße, 世界 \u{1F600}")
    #expect(heard.withLock { $0.joined() } == reply.text)
    #expect(heard.withLock { $0.count } == reply.text.count)
    #expect(reply.usage == TokenUsage(prompt: 7, completion: 3))
  }

  @Test func whatTheRequestStatesArrives() async throws {
    var request = ModelRequest(
      .chat([.system("s"), .user("request")]), model: "m", temperature: 0.5, maxTokens: 12, seed: 4)
    request.stop = ["\n"]
    request.topP = 0.9
    request.form = .schema(["type": "object"])
    let told = try JSONValue(parsing: try await endpoint.reply(to: request).text)
    #expect(told["model"] == "m" && told["max_tokens"] == 12 && told["seed"] == 4 && told["temperature"]?.double == 0.5)
    #expect(told["top_p"]?.double == 0.9 && told["stop"] == ["\n"])
    #expect(told["response_format"]?["schema"] == ["type": "object"])
    #expect(told["messages"]?.elements?.first == ["role": "system", "content": "s"])
  }

  static let table: [(words: String, kind: String, part: String)] = [
    ("status 500 oops", "server", "oops"), ("status 401 bad key", "refusedRequest", "OPENAI_API_KEY"),
    ("status 302 over there", "refusedRequest", "elsewhere"), ("busy 3 a", "busy", "too many"),
    ("html", "unreadable", "<html>"), ("nonsense", "unreadable", "begins"), ("empty", "unreadable", "no choices"),
    ("cut", "cut", "middle"), ("refuse", "refused", "I will not"), ("filter", "refused", "filter"),
    ("context", "tooLongPrompt", "2048"), ("status 429 wait", "busy", "wait"),
    ("status 404 gone", "refusedRequest", "gone"),
  ]

  @Test(arguments: table.indices) func whatIsWrongIsSaidInOneLine(_ index: Int) async throws {
    let (words, kind, part) = Self.table[index]
    let failure = try #require(await failure(words))
    #expect(failure.kind == kind)
    #expect(failure.description.contains(part) && failure.description.contains("127.0.0.1"))
    #expect(!failure.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test func brokenStreams() async throws {
    #expect(await failure("cut", streams: true)?.kind == "cut")
    #expect(await failure("nonsense", streams: true)?.kind == "unreadable")
    #expect(await failure("status 500 oops", streams: true)?.kind == "server")
    #expect(await failure("html", streams: true)?.kind == "cut")
    var short = endpoint
    short.limit = 100_000
    await #expect(throws: ModelFailure.endless(service: endpoint.name, limit: 100_000)) {
      try await short.reply(to: ModelRequest(asking: "endless")) { _ in }
    }
  }

  @Test func slowServersAreGivenUp() async throws {
    var hurried = endpoint
    hurried.timeout = 0.2
    do {
      _ = try await hurried.reply(to: ModelRequest(asking: "silent"))
      Issue.record("a reply came from a silent server")
    } catch { #expect(error.kind == "tooSlow") }
  }

  @Test func nobodyThere() async throws {
    let lonely = try ModelEndpoint("http://127.0.0.1:1/v1", client: try HTTPClient())
    do {
      _ = try await lonely.reply(to: ModelRequest(asking: "say a"))
      Issue.record("a reply came from nobody")
    } catch {
      #expect(error.kind == "unreachable")
      #expect(error.description.contains("start the server"))
    }
    for wrong in ["ftp://a", "http://", "a b", "http://a b"] {
      #expect(throws: ModelFailure.self) { try ModelEndpoint(wrong, client: try HTTPClient()) }
    }
  }

  @Test func addressesHideWhatPeoplePutIntoThem() throws {
    let client = try HTTPClient()
    #expect(try ModelEndpoint("https://me:secret@host/v1/", client: client).name == "https://host/v1")
    #expect(try ModelEndpoint("https://host?key=secret", client: client).name.contains("secret") == false)
    #expect("\(try ModelEndpoint("https://me:secret@host", client: client))" == "https://host/v1")
  }

  @Test func cancellingBreaksOff() async throws {
    let task = Task { [endpoint] in
      do throws(ModelFailure) {
        _ = try await endpoint.reply(to: ModelRequest(asking: "silent"))
        return "a reply"
      } catch { return error.kind }
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    #expect(await task.value == "cancelled")
    #expect(try await endpoint.reply(to: ModelRequest(asking: "say on")).text == "on")
  }

  @Test func manyAtOnce() async throws {
    let replies = try await withThrowingTaskGroup(of: String.self) { group in
      for k in 0..<64 {
        group.addTask { [endpoint] in try await endpoint.reply(to: ModelRequest(asking: "slow 0.1 \(k)")).text }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(replies.count == 64)
  }

  // MARK: Around it

  @Test func itIsAskedAgainWhereThatMayHelp() async throws {
    let retrying = RetryingModel(endpoint, attempts: 4, delay: 0.01)
    #expect(try await retrying.reply(to: ModelRequest(asking: "flaky 3 a")).text == "free")
    #expect(try await retrying.reply(to: ModelRequest(asking: "busy 0.01 b")).text == "free")
    do {
      _ = try await retrying.reply(to: ModelRequest(asking: "flaky 4 c"))
      Issue.record("it was asked too often")
    } catch { #expect(error.kind == "server") }
    let before = Int(try await endpoint.reply(to: ModelRequest(asking: "count")).text) ?? 0
    do {
      _ = try await retrying.reply(to: ModelRequest(asking: "status 401 no"))
      Issue.record("a refusal was a reply")
    } catch { #expect(error.kind == "refusedRequest") }
    #expect(Int(try await endpoint.reply(to: ModelRequest(asking: "count")).text) == before + 2)
  }

  @Test func noMoreThanAllowedAtATime() async throws {
    let counting = CountingModel()
    let limited = LimitedModel(counting, places: 3)
    await withTaskGroup(of: Void.self) { group in
      for k in 0..<20 { group.addTask { _ = try? await limited.reply(to: ModelRequest(asking: "\(k)")) } }
    }
    #expect(counting.most == 3)
    #expect(counting.total == 20)
    let waiting = Task { [endpoint] () -> String in
      do throws(ModelFailure) {
        return try await LimitedModel(endpoint, places: 1).reply(to: ModelRequest(asking: "silent")).text
      } catch { return error.kind }
    }
    try await Task.sleep(for: .milliseconds(20))
    waiting.cancel()
    #expect(await waiting.value == "cancelled")
  }
}

/// Counts how many ask at the same time.
final class CountingModel: ModelService {
  private let state = Mutex((open: 0, most: 0, total: 0))
  var name: String { "counting" }
  var abilities: ModelAbilities { [] }
  var most: Int { state.withLock { $0.most } }
  var total: Int { state.withLock { $0.total } }

  func reply(to request: ModelRequest, hearing listener: ModelListener?) async throws(ModelFailure) -> ModelReply {
    state.withLock { state in
      state.open += 1
      state.total += 1
      state.most = max(state.most, state.open)
    }
    try? await Task.sleep(for: .milliseconds(5))
    state.withLock { $0.open -= 1 }
    return ModelReply([.init(request.prompt)], usage: TokenUsage(prompt: 10, completion: 5))
  }
}
