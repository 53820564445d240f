// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import Testing

@Suite("Signals of products and curvature from first derivatives")
struct CurvatureTests {
  static let labels = TensorIndices([1, 0, 2])

  static func point(_ shapes: [TensorShape]) -> [Tensor] {
    var random = RandomStream(seed: 5)
    return shapes.map { DerivativeLaws.sample($0, &random) }
  }

  static func close(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test func signalsGiveTheGradients() throws {
    let engine = TensorEngine(), tape = TensorTape(engine: engine)
    let values = Self.point([[4, 5], [5], [5, 6], [6, 3], [3, 2, 2, 2], [3, 2, 4]])
    let p = values.prefix(5).enumerated().map { tape.parameter("p\($0.offset)", $0.element) }
    let x = tape.constant(values[5])
    let image = x.reshaped([3, 2, 2, 2]).convolution2D(p[4], padding: (1, 1)).reshaped([3, 27])
    let hidden = x.linear(p[0], p[1], rectified: true).matmul(p[2])
    let loss = hidden.matmul(p[3]).squared().sum() + image.squared().sum()
    var weights: [[Double]] = [], biases: [[Double]] = [], names: [String] = []
    let gradients = try tape.backward(from: loss) { signal in
      let own = TensorTape(engine: engine)
      let a = own.constant(signal.inputs), d = own.constant(signal.cotangents)
      weights.append(try a.transposed().matmul(d).value.doubles)
      if signal.bias != nil { biases.append(try d.sum(over: [0]).value.doubles) }
      names.append(signal.operation)
    }
    #expect(names == ["matmul", "matmul", "linear relu", "convolution"])
    // Filters [o, c·i·j] are the transpose of what a product aᵀd gives.
    let filters = gradients[p[4]]?.doubles ?? []
    let turned = (0..<8).flatMap { k in (0..<3).map { filters[$0 * 8 + k] } }
    #expect(Self.close(weights[3], turned))
    for (found, k) in zip(weights, [3, 2, 0]) { #expect(Self.close(found, gradients[p[k]]?.doubles ?? [])) }
    #expect(biases.count == 1 && Self.close(biases[0], gradients[p[1]]?.doubles ?? []))
  }

  @Test func productsOfDataAreNotShown() throws {
    let tape = TensorTape(engine: TensorEngine())
    let values = Self.point([[4, 4], [3, 4]])
    let w = tape.parameter("w", values[0]), x = tape.constant(values[1])
    let q = x.matmul(w)
    var count = 0
    _ = try tape.backward(from: q.matmul(q.transposed()).squared().sum()) { _ in count += 1 }
    #expect(count == 1)
  }

  @Test func gaussNewtonOfSquaresIsTheProductOfJacobians() throws {
    let engine = TensorEngine()
    let values = Self.point([[4, 3], [3], [5, 4], [4, 3], [3]])
    let x = values[2], xs = [values[0], values[1]], v = [values[3], values[4]]
    let model: TensorEngine.Function = { p in p[0].tape.constant(x).linear(p[0], p[1]).tanh() }
    let moved = try engine.jvp(of: model, at: xs, along: v).product
    let expected = try engine.vjp(of: model, at: xs, moved).product
    let found = try engine.gaussNewtonProduct(of: model, loss: { $0.squared().sum() * 0.5 }, at: xs, along: v)
    for (a, b) in zip(found.product, expected) { #expect(Self.close(a.doubles, b.doubles)) }
  }

  @Test func gaussNewtonOfALinearModelIsTheHessian() throws {
    let engine = TensorEngine()
    let values = Self.point([[4, 3], [3], [3, 4], [4, 3], [3]])
    let x = values[2], xs = [values[0], values[1]], v = [values[3], values[4]]
    let model: TensorEngine.Function = { p in p[0].tape.constant(x).linear(p[0], p[1]) }
    let found = try engine.gaussNewtonProduct(of: model, loss: { $0.crossEntropy(Self.labels) }, at: xs, along: v)
    let expected = try engine.hvp(of: { try model($0).crossEntropy(Self.labels) }, at: xs, along: v)
    for (a, b) in zip(found.product, expected.product) { #expect(Self.close(a.doubles, b.doubles)) }
    let other = try engine.gaussNewtonProduct(
      of: model, loss: { $0.crossEntropy(TensorIndices([2, 2, 2])) }, at: xs, along: v)
    for (a, b) in zip(found.product, other.product) { #expect(Self.close(a.doubles, b.doubles)) }
  }

  @Test func empiricalFisherIsTheMeanOfOuterProducts() throws {
    let engine = TensorEngine(), tape = TensorTape(engine: engine)
    let values = Self.point([[4, 3], [3], [5, 4], [4, 3], [3]])
    let p = [tape.parameter("w", values[0]), tape.parameter("b", values[1])]
    let y = tape.constant(values[2]).linear(p[0], p[1]).tanh().squared().sum()
    let each = try tape.perExampleGradients(from: y, for: p), v = [values[3], values[4]]
    let found = try engine.empiricalFisherProduct(each, along: v)
    var expected = [[Double]](repeating: [], count: 2)
    expected[0] = [Double](repeating: 0, count: 12)
    expected[1] = [Double](repeating: 0, count: 3)
    for example in 0..<5 {
      let g = each.map { g in Array(g.doubles[example * g.count / 5..<(example + 1) * g.count / 5]) }
      let slope = zip(g, v).reduce(0) { $0 + zip($1.0, $1.1.doubles).reduce(0) { $0 + $1.0 * $1.1 } } / 5
      for k in 0..<2 { for i in g[k].indices { expected[k][i] += slope * g[k][i] } }
    }
    for (a, b) in zip(found, expected) { #expect(Self.close(a.doubles, b)) }
  }
}
