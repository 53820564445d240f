// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import Testing

/// A network, and its loss summed over examples of which `data` and `tokens` hold one each along the first axis.
struct PerExampleCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let parameters: [TensorShape]
  let data: TensorShape
  let tokens: [[Int32]]
  let loss: @Sendable (_ p: [TracedTensor], _ x: TracedTensor, _ tokens: TensorIndices) -> TracedTensor

  init(
    _ name: String, _ parameters: [TensorShape], data: TensorShape = [3, 2, 4],
    tokens: [[Int32]] = [[0, 1], [2, 2], [4, 0]],
    _ loss: @escaping @Sendable ([TracedTensor], TracedTensor, TensorIndices) -> TracedTensor
  ) {
    testDescription = name
    self.parameters = parameters
    self.data = data
    self.tokens = tokens
    self.loss = loss
  }
}

@Suite("Per-example gradients are those of single examples")
struct PerExampleTests {
  static let cases: [PerExampleCase] = [
    PerExampleCase("linear", [[4, 3], [3]]) { p, x, _ in x.linear(p[0], p[1]).squared().sum() },
    PerExampleCase("linear relu", [[4, 3], [3]]) { p, x, _ in x.linear(p[0], p[1], rectified: true).squared().sum() },
    PerExampleCase("rows of examples as one axis", [[4, 3], [3], [3]]) { p, x, _ in
      (x.reshaped([x.shape.count / 4, 4]).matmul(p[0]).tanh() + p[1]).layerNorm(gain: p[2], bias: p[1]).exp().sum()
    },
    PerExampleCase("matrix from the left", [[5, 2]]) { p, x, _ in p[0].matmul(x).squared().sum() },
    PerExampleCase("matrices of heads", [[2, 4, 3]], data: [3, 2, 5, 4]) { p, x, _ in x.matmul(p[0]).squared().sum() },
    PerExampleCase("sums and products", [[4], [2, 1], [1, 2, 4]]) { p, x, _ in
      ((x + p[0]) * p[1] - p[2]).squared().sum()
    },
    PerExampleCase("quotient, by the general way", [[4]]) { p, x, _ in (x / (p[0].squared() + 1)).squared().sum() },
    PerExampleCase("norms", [[4], [4], [4]]) { p, x, _ in
      x.layerNorm(gain: p[0], bias: p[1]).rmsNorm(gain: p[2]).tanh().sum()
    },
    PerExampleCase("embedding", [[5, 4], [2, 4]]) { p, x, tokens in ((p[0].rows(tokens) + p[1]) * x).exp().sum() },
    PerExampleCase("tied weights", [[5, 4]]) { p, _, tokens in
      p[0].rows(tokens).matmul(p[0].transposed()).tanh().squared().sum()
    },
    PerExampleCase("low rank in addition", [[4, 3], [4, 1], [1, 3]]) { p, x, _ in
      x.matmul(p[0] + p[1].matmul(p[2]) * 0.5).squared().sum()
    },
    PerExampleCase("convolutions", [[3, 2, 3, 2], [3], [2, 3, 2, 2]], data: [3, 2, 5, 4]) { p, x, _ in
      x.convolution2D(p[0], bias: p[1], padding: (1, 1)).relu().convolution2D(p[2]).squared().sum()
    },
    PerExampleCase("convolution of signals", [[3, 2, 2], [3]], data: [3, 2, 5]) { p, x, _ in
      x.convolution1D(p[0], bias: p[1], dilation: 2).squared().sum()
    },
    PerExampleCase(
      "transformer", [[5, 8], [2, 8], [8], [8], [8, 24], [8, 8], [8, 16], [16], [16, 8], [8], [8], [8, 5]]
    ) {
      p, _, tokens in
      let x = p[0].rows(tokens) + p[1]
      let y = x + x.layerNorm(gain: p[2], bias: p[3]).matmul(p[4]).selfAttention(heads: 2, isCausal: true).matmul(p[5])
      let z = y + y.rmsNorm(gain: p[2]).linear(p[6], p[7]).gelu().linear(p[8], p[9])
      return z.layerNorm(gain: p[10], bias: p[3]).matmul(p[11]).logSoftmax().picked(tokens).sum()
    },
    PerExampleCase("one example", [[4], [4, 3]], data: [1, 2, 4], tokens: [[1, 2]]) { p, x, _ in
      (x + p[0]).matmul(p[1]).squared().sum()
    },
  ]

  private static func gradients(
    _ example: Int?, of law: PerExampleCase, _ substitute: ((any TensorOperation) -> any TensorOperation)? = nil
  ) throws -> [[Double]] {
    var random = RandomStream(seed: 11)
    let values = law.parameters.map { DerivativeLaws.sample($0, &random) }
    let data = DerivativeLaws.sample(law.data, &random), count = law.tokens.count
    let tape = TensorTape(engine: TensorEngine())
    let p = values.enumerated().map { tape.parameter("p\($0.offset)", $0.element) }
    guard let example else {
      let tokens = TensorIndices(law.tokens.flatMap { $0 }, [count, 2])
      tape.substitute = substitute
      let y = law.loss(p, tape.constant(data), tokens)
      tape.substitute = nil
      return try tape.perExampleGradients(from: y, for: p, examples: count).map(\.doubles)
    }
    let size = data.count / count
    var shape = law.data
    shape[0] = 1
    let one = Tensor(Array(data.doubles[example * size..<(example + 1) * size]), shape)
    let y = law.loss(p, tape.constant(one), TensorIndices(law.tokens[example], [1, 2]))
    let gradients = try tape.backward(from: y)
    return zip(p, values).map { gradients[$0]?.doubles ?? [Double](repeating: 0, count: $1.count) }
  }

  @Test(arguments: cases)
  func agree(_ law: PerExampleCase) throws {
    let all = try Self.gradients(nil, of: law)
    var largest = 0.0
    for example in law.tokens.indices {
      for (found, expected) in zip(all, try Self.gradients(example, of: law)) {
        #expect(found.count == law.tokens.count * expected.count)
        for (a, b) in zip(found[(example * expected.count)...], expected) {
          #expect(abs(a - b) <= 1e-12 * max(1, abs(b)))
          largest = max(largest, abs(b))
        }
      }
    }
    #expect(largest > 0.01)
  }

  /// Each operation of each case with a wrong factor in one share: the comparison with single examples sees it.
  @Test(arguments: cases)
  func aWrongShareIsSeen(_ law: PerExampleCase) throws {
    var count = 0
    let sound = try Self.gradients(nil, of: law) { operation in
      count += 1
      return operation
    }
    var seen = 0
    for index in 0..<count {
      for position in 0..<2 {
        var number = 0
        let found = try Self.gradients(nil, of: law) { operation in
          defer { number += 1 }
          return number == index ? FaultyRule(operation, .scaled(position), .init()) : operation
        }
        if DerivativeLaws.distance(sound, found, 1e-3) != nil { seen += 1 }
      }
    }
    #expect(seen >= count / 2)
  }

  @Test func whatIsNoExampleIsAnError() throws {
    let tape = TensorTape(engine: TensorEngine())
    let w = tape.parameter("w", Tensor([1.0, 2])), x = tape.constant(Tensor([1.0, 2, 3, 4, 5, 6], [3, 2]))
    let unused = tape.parameter("unused", Tensor([1.0]))
    #expect(throws: TensorError.self) { try tape.perExampleGradients(from: (x * w).sum(), for: w, examples: 2) }
    #expect(throws: TensorError.self) { try tape.perExampleGradients(from: (x * w).sum(), for: unused) }
    #expect(throws: TensorError.self) { try tape.perExampleGradients(from: x * w, for: w) }
    #expect(throws: TensorError.self) { try tape.perExampleGradients(from: (x * w).sum() + w.sum(), for: w) }
    let own = tape.parameter("own", Tensor([1.0, 2, 3, 4, 5, 6], [3, 2]))
    #expect(throws: TensorError.self) { try tape.perExampleGradients(from: (x * own).sum(), for: own) }
  }
}
