// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// Training of formulators with Adam, its rate falling to 0 on a line.
struct TokenTraining: Sendable {
  let model: GrammarTransformer
  var rate: Double
  var steps: Int
  var batch: Int

  /// On formulations, by the cross-entropy of their tokens alone.
  func supervised(
    _ items: [ToldProblem], from start: Buffer<Float>, _ random: RandomStream, _ trial: AtlasTrial
  ) throws -> Buffer<Float> {
    let length = TokenProblem.lengths.text + TokenProblem.lengths.answer - 1
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for item in items {
      let text = item.text + item.answer
      for k in 0..<length {
        tokens.append(k + 1 < text.count ? text[k] : 0)
        labels.append(k + 1 < text.count && k + 1 >= item.text.count ? text[k + 1] : -1)
      }
    }
    let data = try LearningData(
      sequences: tokens, length: length, vocabulary: TokenProblem.vocabulary, labels: labels,
      classCount: TokenProblem.vocabulary)
    return try walked(NetworkLoss(model, on: data), items.count, start, random, trial)
  }

  /// On verdicts about what `start` wrote, which is the reference.
  func preferred(
    _ texts: [JudgedText], from start: Buffer<Float>, strength: Double, badWeight: Double, _ random: RandomStream,
    _ trial: AtlasTrial
  ) throws -> Buffer<Float> {
    let good = Double(texts.count { $0.isGood }), bad = Double(texts.count) - good
    let weights = good == 0 || bad == 0 ? (1, 1) : (good: max(1, bad / good), bad: badWeight * max(1, good / bad))
    let loss = try KahnemanTverskyLoss(model, reference: start, on: texts, strength: strength, weights: weights)
    return try walked(loss, texts.count, start, random, trial)
  }

  private func walked(
    _ oracle: some MinibatchOracle<Buffer<Float>>, _ count: Int, _ start: Buffer<Float>, _ random: RandomStream,
    _ trial: AtlasTrial
  ) throws -> Buffer<Float> {
    var adam = Adam()
    adam.rate = rate
    let schedule = Schedule(peak: 1, shape: .linear, steps: steps)
    let layout = model.layout
    var (point, order) = (start, random.child("order"))
    var memory = adam.start(layout)
    for t in 1...steps {
      try trial.step(0.5)
      let rows = (0..<batch).map { _ in order.integer(below: count) }
      guard let answer = try oracle.immediateLinearization(at: point, of: rows, stream: random) else { break }
      var span = point.elements.mutableSpan
      adam.update(
        &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: schedule.rate(at: t)))
    }
    return point
  }
}
