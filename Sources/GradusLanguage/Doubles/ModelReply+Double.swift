// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ModelReply {
  /// What a double answers to a request, answer by answer; the listener hears the first. Tokens are estimated from bytes.
  static func double(
    _ request: ModelRequest, hearing listener: ModelListener?, _ answer: (Int) throws(ModelFailure) -> String
  ) throws(ModelFailure) -> ModelReply {
    var answers: [ModelReply.Answer] = []
    for k in 0..<max(1, request.count) { answers.append(.init(try answer(k))) }
    if let listener, let first = answers.first { listener(first.text) }
    let completion = answers.reduce(0) { $0 + $1.text.utf8.count / 3 + 1 }
    return ModelReply(
      answers, usage: TokenUsage(prompt: request.promptTokenEstimate, completion: completion, isEstimate: true))
  }
}

extension ModelRequest {
  /// Draws that are those of this content, seed and service, the same each time.
  func draws(seed: UInt64, answer: Int) -> RandomStream {
    var mark = Fingerprint()
    mark.mix(json.description)
    return RandomStream(seed: seed ^ mark.value).child("answer", answer)
  }
}
