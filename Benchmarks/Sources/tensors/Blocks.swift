// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Single operations forward and backward, beside the same from simpler operations where there is such a thing.
struct Block: Sendable {
  let name: String
  let inputs: [TensorShape]
  let run: @Sendable ([TracedTensor]) -> TracedTensor
  let composed: (@Sendable ([TracedTensor]) -> TracedTensor)?

  /// Input k is `fill(200 + k, shape, 0.5)`, the cotangent `fill(300, shape, 1)`.
  func values() -> [Tensor] { inputs.enumerated().map { Models.fill(200 + $0.offset, $0.element, 0.5) } }

  private static func convolution(
    _ name: String, _ image: TensorShape, _ filters: TensorShape, stride: Int = 1, padding: Int = 0
  ) -> Block {
    Block(
      name: name, inputs: [image, filters, [filters[0]]],
      run: { $0[0].convolution2D($0[1], bias: $0[2], stride: (stride, stride), padding: (padding, padding)) },
      composed: nil)
  }

  static let all: [Block] = [
    convolution("conv 32x3x32x32 16x3x3", [32, 3, 32, 32], [16, 3, 3, 3], padding: 1),
    convolution("conv 32x16x16x16 32x3x3", [32, 16, 16, 16], [32, 16, 3, 3], padding: 1),
    convolution("conv 16x64x28x28 64x3x3", [16, 64, 28, 28], [64, 64, 3, 3], padding: 1),
    convolution("conv 16x64x28x28 128x1x1", [16, 64, 28, 28], [128, 64, 1, 1]),
    convolution("conv 16x32x28x28 64x3x3 stride 2", [16, 32, 28, 28], [64, 32, 3, 3], stride: 2, padding: 1),
    Block(
      name: "cross-attention 16x64x128 4 heads", inputs: [[16, 64, 128], [16, 64, 128], [16, 64, 128]],
      run: { $0[0].attention(keys: $0[1], values: $0[2], heads: 4) },
      composed: { x in
        func split(_ x: TracedTensor) -> TracedTensor { x.reshaped([16, 64, 4, 32]).permuted([0, 2, 1, 3]) }
        return split(x[0]).attentionWeights(keys: split(x[1])).matmul(split(x[2])).permuted([0, 2, 1, 3])
          .reshaped([16, 64, 128])
      }),
    Block(
      name: "rms norm 1024x128", inputs: [[1024, 128], [128]], run: { $0[0].rmsNorm(gain: $0[1]) },
      composed: { x in
        x[0] / (x[0].squared().mean(over: [-1], keepingAxes: true) + 1e-5).squareRoot() * x[1]
      }),
  ]

  /// One step: the gradients for a fixed cotangent, given up at once.
  func step(_ tape: TensorTape, _ values: [Tensor], _ cotangent: Tensor, composed: Bool) throws {
    let xs = values.map { tape.parameter("x", $0) }
    let y = composed ? (self.composed ?? run)(xs) : run(xs)
    try tape.backward(from: y, cotangent: cotangent).recycle()
    tape.reset()
  }

  /// Prints the least milliseconds, the sum of squares of the output, and the norm of all gradients.
  func measure(threads: Int) throws {
    let tape = TensorTape(engine: TensorEngine(threads: threads)), values = values()
    let xs = values.map { tape.parameter("x", $0) }
    let y = run(xs), square = try y.value.sumOfSquares
    let cotangent = Models.fill(300, try y.value.shape, 1)
    let norm = try tape.backward(from: y, cotangent: cotangent).norm(of: xs)
    tape.reset()
    let pair = try Pair(
      seconds: 0.5, { try step(tape, values, cotangent, composed: false) },
      { try step(tape, values, cotangent, composed: composed != nil) })
    let other = composed == nil ? "none" : fixed((pair.second.min() ?? 0) * 1e3, 3)
    print(
      "block \(name) | \(threads) | \(fixed((pair.first.min() ?? 0) * 1e3, 3)) | \(other) | \(fixed(square, 3)) | "
        + fixed(norm, 3))
  }
}
