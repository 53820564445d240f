// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNative
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A server with the interface of OpenAI: `POST BASE/chat/completions`, `BASE/completions`, `BASE/embeddings`.
///
/// The key comes from the environment (`OPENAI_API_KEY`) and goes nowhere but into the header of requests: no message, recording
/// or description of this value holds it.
public struct ModelEndpoint: ModelService, CustomStringConvertible, CustomReflectable {
  private let base: String
  private let key: String?
  private let client: HTTPClient
  /// Seconds that a whole reply may take.
  public var timeout = 600.0
  /// Bytes of a reply, beyond which it is broken off.
  public var limit = 8 << 20

  public let name: String
  public var abilities: ModelAbilities { [.probabilities, .prompts, .embeddings, .forms, .seeds] }
  public var description: String { name }
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }

  /// `url`: with or without `/v1` at its end; nil: what `OPENAI_BASE_URL` says. Throws what is wrong with it.
  public init(_ url: String? = nil, client: HTTPClient) throws(ModelFailure) {
    let given = url ?? Self.variable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1"
    var text = given
    while text.hasSuffix("/") { text.removeLast() }
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }), text.count > scheme.count,
      !text.contains(where: { $0.isWhitespace || $0.isNewline })
    else {
      throw .unreachable(
        service: ModelFailure.plain(Self.hidden(given)), cause: "an address begins with http:// or https://")
    }
    let host = text.dropFirst(scheme.count)
    if !host.contains("/") { text += "/v1" }
    base = text
    name = Self.hidden(text)
    key = Self.variable("OPENAI_API_KEY")
    self.client = client
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
  }

  /// Without what stands before an @ and behind a question mark: people put keys there.
  private static func hidden(_ url: String) -> String {
    var text = String(url.prefix { $0 != "?" && $0 != "#" })
    if let scheme = text.firstRange(of: "://"), let at = text[scheme.upperBound...].lastIndex(of: "@") {
      text.replaceSubrange(scheme.upperBound...at, with: "")
    }
    return text
  }

  /// Without a listener no stream is asked for: the reply comes as a whole.
  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    let reader = ReplyReader(service: name, request: request)
    if let listener, !request.isEmbedding { return try await streamed(request, reader, listener) }
    return try reader.reply(try await send(request.json, request, reader: nil))
  }

  private func streamed(
    _ request: ModelRequest, _ reader: ReplyReader, _ hear: @escaping ModelListener
  ) async throws(ModelFailure) -> ModelReply {
    let stream = Mutex(ReplyReader.Stream())
    var body = request.json.members ?? []
    body += [.init("stream", true), .init("stream_options", ["include_usage": true])]
    let response: HTTPResponse
    do {
      response = try await send(.object(body), request) { bytes in
        stream.withLock { stream in
          // Taken out while its lines speak, so that they may speak to it.
          var lines = stream.lines
          lines.take(bytes) { data in if let piece = reader.take(data, &stream) { hear(piece) } }
          stream.lines = lines
          return stream.problem == nil
        }
      }
    } catch {
      // What the stream told before it was broken off says more.
      if let problem = stream.withLock({ $0.problem }) { throw .unreadable(service: name, cause: problem) }
      throw error
    }
    var told = stream.withLock { $0 }
    var lines = told.lines
    lines.finish { data in if let piece = reader.take(data, &told) { hear(piece) } }
    return try reader.end(response, told)
  }

  private func send(
    _ body: JSONValue, _ request: ModelRequest, reader: HTTPReader?
  ) async throws(ModelFailure) -> HTTPResponse {
    var headers = [(name: "Content-Type", value: "application/json")]
    if let key { headers.append((name: "Authorization", value: "Bearer \(key)")) }
    let message = HTTPRequest(
      "\(base)/\(request.path)", headers: headers, body: Array(body.description.utf8), timeout: timeout, limit: limit)
    do { return try await client.send(message, reader: reader) } catch {
      switch error {
      case .unreachable(let cause), .untrusted(let cause):
        throw .unreachable(service: name, cause: ModelFailure.plain(cause))
      case .tooSlow(let cause): throw .tooSlow(service: name, cause: ModelFailure.plain(cause))
      case .cut(let cause): throw .cut(service: name, cause: ModelFailure.plain(cause))
      case .tooLong(let limit): throw .endless(service: name, limit: limit)
      case .cancelled: throw .cancelled
      }
    }
  }
}
