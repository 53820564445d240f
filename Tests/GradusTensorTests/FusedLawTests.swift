// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import Testing

@Suite("Fused and composed operations obey the laws of derivatives")
struct FusedLawTests {
  static let groups = TensorIndices([1, 0, 1, 2, 1])
  static let transform = TruncatedTransform(points: 8, modes: 3, .double)

  /// A positive definite matrix from any square one.
  static func positive(_ x: TracedTensor) -> TracedTensor {
    let n = x.shape[-1]
    let identity = Tensor((0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }, [n, n])
    return x.matmul(x.transposed()) + x.tape.constant(identity)
  }

  static let cases: [LawCase] = [
    LawCase("layer norm", [[3, 5], [5], [5]]) { $0[0].layerNorm(gain: $0[1], bias: $0[2]) },
    LawCase("rms norm", [[3, 5], [5]]) { $0[0].rmsNorm(gain: $0[1]) },
    LawCase("self-attention", [[2, 3, 12]]) { $0[0].selfAttention(heads: 2) },
    LawCase("causal self-attention", [[2, 3, 12]]) { $0[0].selfAttention(heads: 2, isCausal: true) },
    LawCase("attention", [[2, 3, 4], [2, 5, 4], [2, 5, 2]]) {
      $0[0].attention(keys: $0[1], values: $0[2], isCausal: true)
    },
    LawCase("convolution 2d", [[2, 2, 5, 4], [3, 2, 3, 2], [3]]) {
      $0[0].convolution2D($0[1], bias: $0[2], stride: (2, 1), padding: (1, 1))
    },
    LawCase("dilated convolution 1d", [[2, 2, 7], [3, 2, 2]]) { $0[0].convolution1D($0[1], padding: 1, dilation: 2) },
    LawCase("scatter min", [[5, 2]]) { $0[0].scatterMinimum(at: groups, rows: 3) * $0[0].sum() },
    LawCase("minimum over", [[3, 4]]) { $0[0].minimum(over: 1) * $0[0].sum() },
    LawCase("solve", [[2, 3, 3], [2, 3, 2]]) { positive($0[0]).solve($0[1]) },
    LawCase("triangular solve", [[3, 3], [3, 2]], in: 0.5...1.5) { $0[0].solveLowerTriangular($0[1]) },
    LawCase("transposed triangular solve", [[3, 3], [3, 2]], in: 0.5...1.5) {
      $0[0].solveLowerTriangular($0[1], transposed: true)
    },
    LawCase("cholesky", [[2, 3, 3]]) { positive($0[0]).cholesky() },
    LawCase("qr, orthogonal factor", [[2, 4, 3]]) { $0[0].qr().q },
    LawCase("qr, triangular factor", [[4, 3]]) { $0[0].qr().r },
    LawCase("truncated transform", [[2, 8]]) {
      let (real, imaginary) = transform.forward($0[0])
      return transform.inverse(real.squared(), imaginary)
    },
    LawCase("lstm", [[3, 2, 8], [2, 8], [2, 4]]) { $0[0].lstm(recurrent: $0[1], start: $0[2]) },
    LawCase("custom", [[4]]) { x in
      x[0].tape.custom(
        "cube", [x[0]], primal: { Tensor($0[0].doubles.map { $0 * $0 * $0 }, $0[0].shape) },
        pullback: { g, inputs, _ in [g * inputs[0].squared() * 3] })
    },
    LawCase("segment", [[3, 4], [4, 2]]) { x in
      x[0].tape.segment("layer", x) { ($0[0].matmul($0[1])).tanh() }
    },
  ]

  @Test(arguments: cases)
  func holds(_ law: LawCase) throws {
    let found = try law.violations()
    #expect(found.isEmpty, "\(found)")
  }

  @Test func factorsMultiplyToTheMatrix() throws {
    let engine = TensorEngine()
    let a = Tensor([4.0, 2, 1, 2, 5, 3, 1, 3, 6], [3, 3])
    let tape = TensorTape(engine: engine, isRecording: false)
    let x = tape.constant(a)
    let l = x.cholesky(), (q, r) = x.qr()
    for product in [try l.matmul(l.transposed()).value, try q.matmul(r).value, try x.matmul(x.solve(x)).value] {
      for (found, expected) in zip(product.doubles, a.doubles) { #expect(abs(found - expected) < 1e-13) }
    }
  }

  @Test func transformKeepsWhatItHasModesFor() throws {
    let signal = (0..<8).map { 1 + [1.0, 0, -1, 0][$0 % 4] }
    let back = try TensorEngine().value(
      of: { x in
        let (real, imaginary) = Self.transform.forward(x[0])
        return Self.transform.inverse(real, imaginary)
      }, at: [Tensor(signal, [1, 8])])
    for (found, expected) in zip(back.doubles, signal) { #expect(abs(found - expected) < 1e-14) }
  }
}
