// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

@Suite struct NetworkDerivativeTests {
  private static func digits() throws -> LearningData {
    let digits = RenderedDigits(count: 40, stream: RandomStream(seed: 2))
    return try LearningData(
      features: digits.pixels, width: digits.side * digits.side, labels: digits.labels.map { Int32($0) },
      classCount: 10)
  }

  private static func perceptron() throws -> NetworkLoss<Perceptron> {
    let data = try digits()
    guard case .vectors(_, let width) = data.inputs else { throw Unexpected() }
    return NetworkLoss(Perceptron(widths: [width, 12, 10]), on: data)
  }

  private struct Unexpected: Error {}

  private static func transformer() throws -> NetworkLoss<TextTransformer> {
    let text = GeneratedSentences.text(length: 400, stream: RandomStream(seed: 1))
    let alphabet = Set(text.utf8).sorted()
    let tokens = text.utf8.map { byte in Int32(alphabet.firstIndex(of: byte) ?? 0) }
    let data = try LearningData(tokens: tokens, vocabulary: alphabet.count, context: 6)
    return NetworkLoss(
      TextTransformer(vocabulary: alphabet.count, context: 6, width: 8, layers: 1, heads: 2), on: data)
  }

  private func check<N: Network>(_ loss: NetworkLoss<N>) async throws {
    let point = loss.model.initialParameters(RandomStream(seed: 7))
    let rows = [3, 0, 11, 8]
    let each = try loss.perExampleGradients(at: point, of: rows)
    var mean = [Float](repeating: 0, count: point.count)
    for (gradient, row) in zip(each, rows) {
      let alone = try await loss.linearization(at: point, of: [row], stream: RandomStream(seed: 0)).gradient
      #expect(distance(gradient, alone) < 1e-4)
      for i in mean.indices { mean[i] += gradient.elements[i] / Float(rows.count) }
    }
    let whole = try await loss.linearization(at: point, of: rows, stream: RandomStream(seed: 0)).gradient
    #expect(distance(Buffer(mean), whole) < 1e-4)

    var stream = RandomStream(seed: 5)
    func direction() -> Buffer<Float> { Buffer((0..<point.count).map { _ in Float(stream.normal()) }) }
    let (u, v) = (direction(), direction())
    let (hu, hv) = (
      try loss.hessianProduct(at: point, of: rows, along: u), try loss.hessianProduct(at: point, of: rows, along: v)
    )
    #expect(abs(inner(u, hv) - inner(v, hu)) < 1e-3 * max(1, abs(inner(u, hv))), "the Hessian is symmetric")
    let step: Float = 2e-4
    func moved(_ s: Float) -> Buffer<Float> {
      Buffer(point.elements.indices.map { point.elements[$0] + s * v.elements[$0] })
    }
    let (ahead, behind) = (
      try await loss.linearization(at: moved(step), of: rows, stream: RandomStream(seed: 0)).gradient,
      try await loss.linearization(at: moved(-step), of: rows, stream: RandomStream(seed: 0)).gradient
    )
    let difference = Buffer(ahead.elements.indices.map { (ahead.elements[$0] - behind.elements[$0]) / (2 * step) })
    #expect(distance(hv, difference) < 0.03)
    let (gu, gv) = (
      try loss.gaussNewtonProduct(at: point, of: rows, along: u),
      try loss.gaussNewtonProduct(at: point, of: rows, along: v)
    )
    #expect(abs(inner(u, gv) - inner(v, gu)) < 1e-3 * max(1, abs(inner(u, gv))))
    #expect(inner(u, gu) >= 0 && inner(v, gv) >= 0)
  }

  @Test func aPerceptron() async throws { try await check(Self.perceptron()) }

  @Test func aTransformer() async throws { try await check(Self.transformer()) }

  @Test func gradientSignsAreCountedByHand() throws {
    let loss = try Self.perceptron()
    let rows = Array(0..<8)
    let stream = RandomStream(seed: 4)
    let point = loss.model.initialParameters(stream.child("start", 0))
    let gradients = try loss.perExampleGradients(at: point, of: rows)
    var score = 0.0
    for slot in loss.model.layout.slots where slot.name.hasSuffix("weight") {
      for k in slot.range { score += abs(gradients.reduce(0.0) { $0 + Double($1.elements[k]).signum }) }
    }
    #expect(try GradSign().score(loss, of: rows, stream: stream) == score)
    #expect(score > 0)
  }

  private func inner(_ a: Buffer<Float>, _ b: Buffer<Float>) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  private func distance(_ a: Buffer<Float>, _ b: Buffer<Float>) -> Double {
    let gap = zip(a.elements, b.elements).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return (gap / max(1e-12, inner(b, b))).squareRoot()
  }
}

extension Double {
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
