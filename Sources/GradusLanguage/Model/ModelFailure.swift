// SPDX-License-Identifier: Apache-2.0

/// Why a language model gave no reply. What the other side said is data: one line, at most 200 characters.
public enum ModelFailure: Error, Sendable, Hashable, CustomStringConvertible {
  case unreachable(service: String, cause: String)
  case tooSlow(service: String, cause: String)
  case cut(service: String, cause: String)
  /// The server is busy, or the account's rate is used up; seconds after which it may be asked again, where it said so.
  case busy(service: String, status: Int, cause: String, after: Double?)
  /// The server failed.
  case server(service: String, status: Int, cause: String)
  /// The server does not take the request: a wrong key, an unknown model, a form it does not know.
  case refusedRequest(service: String, status: Int, cause: String)
  case tooLongPrompt(service: String, cause: String)
  case endless(service: String, limit: Int)
  /// What came back is not a reply.
  case unreadable(service: String, cause: String)
  /// The model withheld its answer.
  case refused(service: String, cause: String)
  case budget(String)
  /// A recording has no reply to this request.
  case notRecorded(service: String, request: String)
  /// A file of replies cannot be read or written.
  case file(cause: String)
  case cancelled

  /// Whether the same request may succeed a little later.
  public var isPassing: Bool {
    switch self {
    case .unreachable, .tooSlow, .cut, .busy, .server, .unreadable: true
    case .refusedRequest, .tooLongPrompt, .endless, .refused, .budget, .notRecorded, .file, .cancelled: false
    }
  }

  /// Whether the next request would fail in the same way, whatever it asks: a run ends, and goes on with another budget.
  public var endsRuns: Bool {
    switch self {
    case .budget, .cancelled, .file: true
    default: false
    }
  }

  /// One word for counting.
  public var kind: String {
    switch self {
    case .unreachable: "unreachable"
    case .tooSlow: "tooSlow"
    case .cut: "cut"
    case .busy: "busy"
    case .server: "server"
    case .refusedRequest: "refusedRequest"
    case .tooLongPrompt: "tooLongPrompt"
    case .endless: "endless"
    case .unreadable: "unreadable"
    case .refused: "refused"
    case .budget: "budget"
    case .notRecorded: "notRecorded"
    case .file: "file"
    case .cancelled: "cancelled"
    }
  }

  public var description: String {
    switch self {
    case .unreachable(let service, let cause):
      "\(service) cannot be reached: \(cause); start the server, or name another with --lm"
    case .tooSlow(let service, let cause):
      "\(service) took too long: \(cause); allow more time, or ask for shorter answers"
    case .cut(let service, let cause): "\(service) ended the connection in the middle of a reply: \(cause); try again"
    case .busy(let service, let status, let cause, _): "\(service) is busy (\(status)): \(cause); ask less at a time"
    case .server(let service, let status, let cause): "\(service) failed (\(status)): \(cause); look into its log"
    case .refusedRequest(let service, let status, let cause):
      "\(service) does not take the request (\(status)): \(cause); check the model's name and the key in OPENAI_API_KEY"
    case .tooLongPrompt(let service, let cause):
      "the prompt is longer than the model at \(service) reads: \(cause); shorten the data or the history"
    case .endless(let service, let limit):
      "the reply of \(service) is longer than \(limit) bytes; set a limit of tokens"
    case .unreadable(let service, let cause):
      "what came from \(service) is no reply: \(cause); is it an OpenAI-compatible server?"
    case .refused(let service, let cause): "the model at \(service) withheld its answer: \(cause); change the prompt"
    case .budget(let what): what
    case .file(let cause): cause
    case .notRecorded(let service, let request):
      "\(service) holds no reply to the request \(request); record it with the real model"
    case .cancelled: "the request was cancelled"
    }
  }

  /// One line of what another program said.
  package static func plain(_ text: String) -> String {
    let words = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
    let line = String(words).split(separator: " ").joined(separator: " ")
    return line.count > 200 ? line.prefix(199) + "…" : line
  }
}
