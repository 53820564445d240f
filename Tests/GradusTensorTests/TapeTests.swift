// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import GradusTrace
import Testing

@Suite("The tape")
struct TapeTests {
  let engine = TensorEngine()

  static func numbers(_ shape: TensorShape, _ seed: UInt64 = 3) -> Tensor {
    var random = RandomStream(seed: seed)
    return DerivativeLaws.sample(shape, &random)
  }

  @Test func shapeMismatchNamesBothShapesAndTheOperation() throws {
    let tape = TensorTape(engine: engine)
    let a = tape.constant(Self.numbers([2, 3])), b = tape.constant(Self.numbers([4, 5]))
    let product = a.matmul(b).exp().sum()
    let message = #expect(throws: TraceError.self) { try product.value }
    #expect("\(message.map { "\($0)" } ?? "")".contains("matmul"))
    #expect("\(message.map { "\($0)" } ?? "")".contains("[2, 3]"))
    #expect("\(message.map { "\($0)" } ?? "")".contains("[4, 5]"))
    #expect(throws: TraceError.self) { try tape.backward(from: product) }
  }

  @Test func badInputIsAnError() throws {
    let tape = TensorTape(engine: engine)
    let x = tape.constant(Self.numbers([2, 3])), single = tape.constant(Self.numbers([2, 3]).copied(to: .single))
    let failures: [TracedTensor] = [
      x + single, x.rows(TensorIndices([2])), x.crossEntropy(TensorIndices([0, 3])), x.picked(TensorIndices([0])),
      x.slice(axis: 1, from: 2, count: 2), x.reshaped([7]), x.broadcast(to: [3, 3]), x.cholesky(),
      x.selfAttention(heads: 2), x.convolution2D(x), x.layerNorm(gain: x, bias: x), x.solve(x),
      x.linear(x, x), tape.constant(Tensor(repeating: 0, [2, 2], .double)).solve(x), x.permuted([1, 0]) + x,
      tape.constant(Tensor(repeating: 0, [2, 2], .double)).cholesky(), TracedTensor.concatenate([x, x.sum()], axis: 0),
      x.lstm(recurrent: x, start: x), tape.constant(Tensor(repeating: 1, [0, 3], .double)).maximum(over: 0),
    ]
    for failure in failures { #expect(throws: (any Error).self) { try failure.value } }
  }

  @Test func checkModeNamesParameterAndOperation() throws {
    let checked = TensorEngine()
    checked.checksFinite = true
    let tape = TensorTape(engine: checked)
    let weight = tape.parameter("weight", Tensor([0.0, 1.0]))
    let message = #expect(throws: TensorError.self) { try tape.backward(from: weight.squareRoot().sum()) }
    #expect(message == .notFinite(operation: "the pullback of sqrt", node: 1, parameter: "weight"))
    let later = TensorTape(engine: checked)
    let bad = later.parameter("x", Tensor([-1.0])).log().sum()
    #expect(throws: TraceError.self) { try bad.value }
  }

  @Test func memoryIsPredicted() throws {
    let small = TensorEngine(memoryLimit: 1 << 16)
    let tape = TensorTape(engine: small)
    let x = tape.parameter("x", Tensor(repeating: 1, [100, 100]))
    #expect(try x.exp().value.count == 10_000)
    #expect(throws: TraceError.self) { try x.exp().value }
  }

  @Test func threadsDoNotChangeBits() throws {
    func run(_ threads: Int) throws -> [[Float]] {
      let engine = TensorEngine(threads: threads)
      let tape = TensorTape(engine: engine)
      let x = tape.constant(Self.numbers([300, 200]).copied(to: .single))
      let parameters = [[200, 400], [400], [400, 300], [100], [100]].enumerated().map { index, shape in
        tape.parameter("p\(index)", Self.numbers(TensorShape(shape), UInt64(index + 10)).copied(to: .single))
      }
      let hidden = x.linear(parameters[0], parameters[1]).gelu()
      let heads = hidden.matmul(parameters[2]).reshaped([3, 100, 300]).selfAttention(heads: 5, isCausal: true)
      let loss = heads.layerNorm(gain: parameters[3], bias: parameters[4]).softmax().squared().sum()
      let value = try loss.value.floats
      let gradients = try tape.backward(from: loss)
      return [value] + parameters.map { gradients[$0]?.floats ?? [] }
    }
    let one = try run(1)
    #expect(try run(2) == one)
    #expect(try run(3) == one)
  }

  @Test func secondStepAllocatesNothing() throws {
    let tape = TensorTape(engine: engine)
    let w = Self.numbers([30, 30]), x = Self.numbers([10, 30])
    var blocks: [Int] = []
    for _ in 0..<4 {
      let weight = tape.parameter("w", w)
      let loss = tape.constant(x).matmul(weight).tanh().matmul(weight).squared().sum()
      let gradients = try tape.backward(from: loss)
      gradients.recycle()
      tape.reset()
      blocks.append(engine.blockAllocations)
    }
    #expect(blocks[3] == blocks[1])
  }

  @Test func segmentKeepsOnlyInputsAndOutput() throws {
    func peak(_ segmented: Bool) throws -> (Int, [Double]) {
      let engine = TensorEngine()
      let tape = TensorTape(engine: engine)
      let w = tape.parameter("w", Self.numbers([64, 64]))
      var x = tape.constant(Self.numbers([64, 64], 5))
      let block: @Sendable ([TracedTensor]) -> TracedTensor = { x in
        (0..<8).reduce(x[0]) { y, _ in y.matmul(x[1]).tanh() }
      }
      for _ in 0..<8 { x = segmented ? tape.segment("block", [x, w], block) : block([x, w]) }
      let gradient = try tape.backward(from: x.squared().sum())[w]?.doubles ?? []
      return (engine.peakMemory, gradient)
    }
    let (whole, expected) = try peak(false), (parts, found) = try peak(true)
    #expect(parts < whole / 2)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-12 * max(1, abs(b))) }
  }

  @Test func stopGradientStops() throws {
    let (value, gradient) = try engine.gradient(of: { ($0[0] * $0[0].stopGradient()).sum() }, at: [Tensor([3.0, 4.0])])
    #expect(value == 25)
    #expect(gradient[0].doubles == [3, 4])
  }

  @Test func hessianProductOfAQuartic() throws {
    let (gradient, product) = try engine.hvp(
      of: { $0[0].squared().sum().squared() }, at: [Tensor([1.0, 2.0])], along: [Tensor([1.0, 0.0])])
    #expect(gradient[0].doubles == [20, 40])
    // ∇²(‖x‖⁴) = 4‖x‖²I + 8xxᵀ.
    #expect(product[0].doubles == [28, 16])
  }

  @Test func perExampleGradientsAreThoseOfSingleExamples() throws {
    let w = Self.numbers([3, 4]), b = Self.numbers([4], 4), table = Self.numbers([5, 3], 6)
    let tokens: [[Int32]] = [[0, 1], [2, 2], [4, 0]]
    func loss(_ tape: TensorTape, _ rows: [[Int32]]) -> (TracedTensor, [TracedTensor]) {
      let p = [tape.parameter("w", w), tape.parameter("b", b), tape.parameter("table", table)]
      let x = p[2].rows(TensorIndices(rows.flatMap { $0 }, [rows.count, 2]))
      return (
        x.linear(p[0], p[1], rectified: true).linear(p[0].transposed(), tape.constant(Self.numbers([3]))).squared()
          .sum(), p
      )
    }
    for index in 1..<3 {
      let tape = TensorTape(engine: engine)
      let (y, p) = loss(tape, tokens)
      let all = try tape.perExampleGradients(from: y, for: p[index]).doubles
      for example in 0..<3 {
        let alone = TensorTape(engine: engine)
        let (y, p) = loss(alone, [tokens[example]])
        let expected = try alone.backward(from: y)[p[index]]?.doubles ?? []
        let found = Array(all[example * expected.count..<(example + 1) * expected.count])
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12) }
      }
    }
  }

  @Test func releasedTermsAreFreedWhereNoRuleNeedsThem() throws {
    let tape = TensorTape(engine: engine)
    let x = tape.parameter("x", Self.numbers([8, 8])), w = tape.parameter("w", Self.numbers([8, 8], 9))
    let term = x.matmul(w), sum = x + term, needed = sum.exp()
    let loss = (needed * sum).sum()
    tape.release(term)
    tape.release(needed)
    #expect(throws: TraceError.self) { try term.value }
    #expect(throws: TraceError.self) { try (term + x).value }
    #expect(try needed.value.count == 64)
    let gradients = try tape.backward(from: loss)
    let other = TensorTape(engine: engine)
    let y = other.parameter("x", Self.numbers([8, 8])), v = other.parameter("w", Self.numbers([8, 8], 9))
    let plain = y + y.matmul(v)
    let expected = try other.backward(from: (plain.exp() * plain).sum())
    #expect(gradients[x]?.doubles == expected[y]?.doubles)
    #expect(gradients[w]?.doubles == expected[v]?.doubles)
  }

  @Test func consumingWalkFreesValues() throws {
    let tape = TensorTape(engine: engine)
    let x = tape.parameter("x", Self.numbers([4]))
    let y = x.exp(), z = y.sum()
    _ = try tape.backward(from: z)
    #expect(throws: TraceError.self) { try y.value }
    #expect(try x.value.count == 4)
  }

  @Test func wordsAndTensorsShareATrace() throws {
    let tape = TensorTape(engine: engine)
    let prompt = tape.recorder.parameter("prompt", "be brief")
    let x = tape.parameter("x", Tensor([2.0]))
    let answer = tape.recorder.record("model", [prompt.id], "fine")
    let y = x.squared().sum()
    #expect(try tape.backward(from: y, consuming: false)[x]?.doubles == [4])
    #expect(try answer.value == "fine")
    #expect(tape.recorder.trace.printed().contains("model(%0) : fine"))
  }
}
