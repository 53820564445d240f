// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

/// Reads what servers answer in the form of OpenAI's interface.
struct ReplyReader {
  let service: String
  let request: ModelRequest

  // MARK: Whole replies

  func reply(_ response: HTTPResponse) throws(ModelFailure) -> ModelReply {
    guard response.status == 200 else { throw failure(response) }
    let value = try json(response)
    if case .embedding(let texts) = request.content { return try embeddings(value, texts.count) }
    guard let choices = value["choices"]?.elements, !choices.isEmpty else {
      throw .unreadable(service: service, cause: "it has no choices")
    }
    var answers: [ModelReply.Answer] = []
    for choice in choices {
      guard let answer = answer(choice) else { throw .unreadable(service: service, cause: "a choice has no text") }
      answers.append(answer)
    }
    if let told = refusal(choices) { throw .refused(service: service, cause: ModelFailure.plain(told)) }
    return ModelReply(answers, usage: usage(value["usage"], answers))
  }

  private func json(_ response: HTTPResponse) throws(ModelFailure) -> JSONValue {
    do { return try JSONValue(parsing: response.body) } catch {
      let kind = response.header("content-type") ?? "no content type"
      let start = ModelFailure.plain(String(decoding: response.body.prefix(60), as: UTF8.self))
      throw .unreadable(service: service, cause: "\(ModelFailure.plain(kind)) that begins '\(start)'")
    }
  }

  private func answer(_ choice: JSONValue) -> ModelReply.Answer? {
    guard let text = choice["message"]?["content"]?.text ?? choice["text"]?.text ?? withheld(choice) else { return nil }
    return ModelReply.Answer(
      text, ending: Self.ending(choice["finish_reason"]?.text), tokens: tokens(choice["logprobs"]))
  }

  /// A refusal has no content.
  private func withheld(_ choice: JSONValue) -> String? { refusal([choice]) == nil ? nil : "" }

  private func refusal(_ choices: [JSONValue]) -> String? {
    for choice in choices {
      if let told = choice["message"]?["refusal"]?.text { return told }
      if choice["finish_reason"] == "content_filter" { return "its filter took it away" }
    }
    return nil
  }

  private static func ending(_ word: String?) -> ModelReply.Ending {
    switch word {
    case "stop", "eos", nil: .stop
    case "length": .length
    case "content_filter": .refused
    default: .other
    }
  }

  private func tokens(_ value: JSONValue?) -> [TokenProbability] {
    // Of conversations: {"content": [{"token", "logprob"}]}; of prompts: {"tokens": […], "token_logprobs": […]}.
    if let content = value?["content"]?.elements {
      return content.compactMap { one in one["token"]?.text.map { TokenProbability($0, one["logprob"]?.double) } }
    }
    guard let tokens = value?["tokens"]?.elements?.compactMap(\.text),
      let probabilities = value?["token_logprobs"]?.elements, tokens.count == probabilities.count
    else { return [] }
    return zip(tokens, probabilities).map { TokenProbability($0, $1.double) }
  }

  private func embeddings(_ value: JSONValue, _ count: Int) throws(ModelFailure) -> ModelReply {
    let data = value["data"]?.elements ?? []
    var found = [[Double]](repeating: [], count: count)
    for (k, one) in data.enumerated() {
      let place = one["index"]?.whole ?? k
      if found.indices.contains(place), let numbers = one["embedding"]?.doubles { found[place] = numbers }
    }
    guard found.allSatisfy({ !$0.isEmpty }) else {
      throw .unreadable(service: service, cause: "an embedding is missing")
    }
    let told = value["usage"]?["prompt_tokens"]?.whole
    let usage = TokenUsage(prompt: told ?? request.promptTokenEstimate, isEstimate: told == nil)
    return ModelReply([], embeddings: found, usage: usage)
  }

  private func usage(_ value: JSONValue?, _ answers: [ModelReply.Answer]) -> TokenUsage {
    if let prompt = value?["prompt_tokens"]?.whole, let completion = value?["completion_tokens"]?.whole {
      return TokenUsage(prompt: prompt, completion: completion)
    }
    let bytes = answers.reduce(0) { $0 + $1.text.utf8.count }
    return TokenUsage(prompt: request.promptTokenEstimate, completion: bytes / 3 + 1, isEstimate: true)
  }

  // MARK: Failures

  private func failure(_ response: HTTPResponse) -> ModelFailure {
    let value = try? JSONValue(parsing: response.body)
    let told =
      value?["error"]?["message"]?.text ?? value?["error"]?.text ?? value?["message"]?.text
      ?? value?["detail"]?.text ?? String(decoding: response.body.prefix(400), as: UTF8.self)
    let cause = told.isEmpty ? "no reason given" : ModelFailure.plain(told)
    let code = value?["error"]?["code"]?.text ?? value?["error"]?["type"]?.text ?? ""
    switch response.status {
    case 429, 503:
      return .busy(
        service: service, status: response.status, cause: cause,
        after: response.header("retry-after").flatMap { Double($0) })
    case 500...: return .server(service: service, status: response.status, cause: cause)
    case 300..<400:
      return .refusedRequest(
        service: service, status: response.status, cause: "it points elsewhere, which is not followed")
    default:
      // llama.cpp: "Requested tokens (2201) exceed context window of 2048"; OpenAI: context_length_exceeded.
      let words = cause.lowercased()
      if code == "context_length_exceeded" || words.contains("context window") || words.contains("context length") {
        return .tooLongPrompt(service: service, cause: cause)
      }
      return .refusedRequest(service: service, status: response.status, cause: cause)
    }
  }

  // MARK: Streams

  /// One reply in pieces.
  struct Stream {
    var lines = EventLines()
    var texts: [Int: String] = [:]
    var endings: [Int: ModelReply.Ending] = [:]
    var tokens: [Int: [TokenProbability]] = [:]
    var usage: JSONValue?
    var isDone = false
    var problem: String?
  }

  /// Takes one event in; the new piece of the first answer.
  func take(_ data: [UInt8], _ stream: inout Stream) -> String? {
    if data == Array("[DONE]".utf8) {
      stream.isDone = true
      return nil
    }
    guard let value = try? JSONValue(parsing: data) else {
      stream.problem = "an event is not JSON: '\(ModelFailure.plain(String(decoding: data.prefix(60), as: UTF8.self)))'"
      return nil
    }
    if let told = value["error"]?["message"]?.text ?? value["error"]?.text {
      stream.problem = ModelFailure.plain(told)
      return nil
    }
    if let usage = value["usage"], !usage.isNull { stream.usage = usage }
    var heard: String?
    for choice in value["choices"]?.elements ?? [] {
      let index = choice["index"]?.whole ?? 0
      if let piece = choice["delta"]?["content"]?.text ?? choice["text"]?.text {
        stream.texts[index, default: ""] += piece
        if index == 0, !piece.isEmpty { heard = (heard ?? "") + piece }
      }
      stream.tokens[index, default: []] += tokens(choice["logprobs"])
      if let word = choice["finish_reason"]?.text { stream.endings[index] = Self.ending(word) }
    }
    return heard
  }

  /// The reply that a stream has told.
  func reply(_ stream: Stream) throws(ModelFailure) -> ModelReply {
    if let problem = stream.problem { throw .unreadable(service: service, cause: problem) }
    guard stream.isDone || !stream.endings.isEmpty else {
      throw .cut(service: service, cause: "the stream has no end")
    }
    let count = max(1, (stream.texts.keys.max() ?? 0) + 1)
    let answers = (0..<count).map { k in
      ModelReply.Answer(stream.texts[k] ?? "", ending: stream.endings[k] ?? .other, tokens: stream.tokens[k] ?? [])
    }
    if answers.contains(where: { $0.ending == .refused }) {
      throw .refused(service: service, cause: "its filter took it away")
    }
    return ModelReply(answers, usage: usage(stream.usage, answers))
  }

  /// A response of a stream that was none: a failure, or a whole reply.
  func end(_ response: HTTPResponse, _ stream: Stream) throws(ModelFailure) -> ModelReply {
    if response.status != 200 { throw failure(response) }
    return try reply(stream)
  }
}
