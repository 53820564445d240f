// SPDX-License-Identifier: Apache-2.0
public import GradusTrace

/// The best of several answers of one predictor.
///
///     ŷ₁ … ŷₙ by the predictor, with different seeds;    ŷ = the first with r(ŷ) ≥ threshold, otherwise the one with the largest r
///
/// With `refines`, each further call is shown the answer before it and what `remark` says of it, in an input field `advice` that
/// only then exists. Answers that failed have no reward; when all have failed, so has this.
public struct BestOf: Sendable {
  public var predictor: Predictor
  public var count: Int
  /// r: how good an answer is.
  public var reward: @Sendable (Prediction) -> Double
  /// What is good enough.
  public var threshold: Double
  /// What is said of an answer that is not good enough; nil: the next one knows nothing of it.
  public var remark: (@Sendable (Prediction) -> String)?

  public init(
    _ predictor: Predictor, count: Int, threshold: Double = 1, remark: (@Sendable (Prediction) -> String)? = nil,
    reward: @escaping @Sendable (Prediction) -> Double
  ) {
    self.predictor = predictor
    self.count = max(1, count)
    self.threshold = threshold
    self.remark = remark
    self.reward = reward
  }

  /// Asks until an answer is good enough, at most `count` times. The parameters are those of the predictor.
  public func callAsFunction(
    _ inputs: KeyValuePairs<String, Traced<String>>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<Prediction> {
    var tried: [(answer: Traced<Prediction>, reward: Double)] = []
    for _ in 0..<count {
      var asked = predictor
      var given = inputs.map { ($0.key, $0.value) }
      if let remark, let last = tried.last?.answer, let said = try? last.value {
        asked.signature.inputs.append(.init("advice", purpose: "what was wrong with an earlier answer"))
        let advice = run.call("remark", [last.id]) { "To the answer \"\(said)\" was said: \(remark(said))" }
        given.append(("advice", advice))
      }
      let answer = try await asked.predict(given, in: run, asking: model)
      // A failed answer has no reward, and a reward that is no number is none.
      let merit = (try? answer.value).map(reward).flatMap { $0.isNaN ? nil : $0 } ?? -.infinity
      tried.append((answer, merit))
      if merit >= threshold { break }
    }
    var best = tried[0]
    for one in tried.dropFirst() where one.reward > best.reward { best = one }
    return best.answer
  }
}
