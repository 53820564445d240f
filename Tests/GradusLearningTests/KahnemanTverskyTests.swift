// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

@Suite struct KahnemanTverskyTests {
  private static let model = TextTransformer(vocabulary: 7, context: 8, width: 8, layers: 1, heads: 2)
  private static let texts = [
    JudgedText(prompt: [1, 2], answer: [3, 4, 0], isGood: true), JudgedText(prompt: [5], answer: [6], isGood: false),
    JudgedText(prompt: [2, 2, 1], answer: [0, 1], isGood: false),
    JudgedText(prompt: [4], answer: [2, 5, 5], isGood: true),
    JudgedText(prompt: [3], answer: [1], isGood: false),
  ]

  private static func points() -> (reference: Buffer<Float>, point: Buffer<Float>) {
    let reference = model.initialParameters(RandomStream(seed: 1))
    var stream = RandomStream(seed: 2)
    return (reference, Buffer(reference.elements.map { $0 + 0.3 * Float(stream.normal()) }))
  }

  /// ln π(answer | prompt), one token after the other.
  private static func log(_ text: JudgedText, _ parameters: Buffer<Float>, answer: [Int32]? = nil) throws -> Double {
    var reader = model.reader(context: 8, parameters: parameters)
    var new = text.prompt
    var sum = 0.0
    for token in answer ?? text.answer {
      let scores = try reader.read(new).map { Double($0) }
      let top = scores.max() ?? 0
      sum += scores[Int(token)] - top - VectorMath.log(scores.reduce(0) { $0 + VectorMath.exp($1 - top) })
      new = [token]
    }
    return sum
  }

  private static func loss(_ parameters: Buffer<Float>, _ reference: Buffer<Float>, _ rows: [Int], _ z: Double) throws
    -> Double
  {
    var sum = 0.0
    for row in rows {
      let r = try log(texts[row], parameters) - log(texts[row], reference)
      let u = 0.5 * (texts[row].isGood ? r - z : z - r)
      // Two good and three bad: λ_D = 3/2, λ_U = 1.
      sum += (texts[row].isGood ? 1.5 : 1) * (1 - 1 / (1 + VectorMath.exp(-u)))
    }
    return sum / Double(rows.count)
  }

  @Test func theLossIsThatOfTheFormula() throws {
    let (reference, point) = Self.points()
    let loss = try KahnemanTverskyLoss(Self.model, reference: reference, on: Self.texts, strength: 0.5)
    #expect(loss.weights == (1.5, 1))
    let rows = [0, 1, 2, 3, 4]
    var crossed = 0.0
    for k in rows {
      let other = Self.texts[(k + 1) % 5].answer
      crossed +=
        try (Self.log(Self.texts[k], point, answer: other) - Self.log(Self.texts[k], reference, answer: other)) / 5
    }
    let z = try loss.shift(at: point, of: rows)
    #expect(abs(z - max(0, crossed)) < 1e-4)
    let answer = try #require(try loss.immediateLinearization(at: point, of: rows, stream: RandomStream(seed: 0)))
    #expect(abs(answer.value - (try Self.loss(point, reference, rows, z))) < 1e-5)
    // At the reference nothing is known: σ(0) each.
    let start = try loss.gradient(reference, [0, 1], shift: nil)
    #expect(abs(start.value - (1.5 * 0.5 + 0.5) / 2) < 1e-6)
    #expect(try loss.shift(at: point, of: [3]) == 0)
  }

  @Test(arguments: [0.0, 0.8]) func theGradientIsThatOfTheLoss(_ z: Double) throws {
    let (reference, point) = Self.points()
    let loss = try KahnemanTverskyLoss(Self.model, reference: reference, on: Self.texts, strength: 0.5)
    let gradient = try loss.gradient(point, [0, 1, 2], shift: z).gradient
    var stream = RandomStream(seed: 3)
    func unit(_ x: [Float]) -> [Float] {
      let size = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return x.map { $0 / size }
    }
    for _ in 0..<4 {
      // With a part along the gradient, so that there is a slope to see.
      let random = unit(gradient.elements.map { _ in Float(stream.normal()) })
      let direction = unit(zip(unit(Array(gradient.elements)), random).map { $0 + $1 })
      let h: Float = 5e-3
      let ahead = Buffer(zip(point.elements, direction).map { $0 + h * $1 })
      let behind = Buffer(zip(point.elements, direction).map { $0 - h * $1 })
      let slope =
        try (Self.loss(ahead, reference, [0, 1, 2], z) - Self.loss(behind, reference, [0, 1, 2], z)) / Double(2 * h)
      let own = zip(gradient.elements, direction).reduce(0.0) { $0 + Double($1.0 * $1.1) }
      #expect(abs(slope - own) < 5e-4 + 1e-2 * abs(slope))
    }
  }

  /// Good answers become likelier and bad ones less likely.
  @Test func goodAnswersAreLearned() throws {
    let (reference, _) = Self.points()
    let loss = try KahnemanTverskyLoss(Self.model, reference: reference, on: Self.texts, strength: 0.5)
    var adam = Adam()
    adam.rate = 0.01
    var point = reference
    let layout = loss.problem().layout
    var memory = adam.start(layout)
    for t in 1...60 {
      let answer = try #require(
        try loss.immediateLinearization(at: point, of: [0, 1, 2, 3, 4], stream: RandomStream(seed: 0)))
      var span = point.elements.mutableSpan
      adam.update(
        &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: 1))
    }
    for text in Self.texts {
      let change = try Self.log(text, point) - Self.log(text, reference)
      #expect(text.isGood ? change > 1 : change < -1, "\(text) \(change)")
    }
  }
}
