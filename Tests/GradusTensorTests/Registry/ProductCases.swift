// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Products, fused operations, factorizations, and operations of the caller's.
enum ProductCases {
  private static func cases(
    _ name: String, _ places: [[TensorShape]], wide: [TensorShape]? = nil, in range: ClosedRange<Double> = -2...2,
    precision: Double = 1e-4, _ function: @escaping @Sendable ([TracedTensor]) -> TracedTensor
  ) -> [LawCase] {
    let first = LawCase(name, places[0], wide: wide, in: range, precision: precision, function)
    return [first] + places.dropFirst().map { first.at($0) }
  }

  /// A positive definite matrix from any square one.
  static func positive(_ x: TracedTensor) -> TracedTensor {
    let n = x.shape[-1]
    let identity = Tensor((0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }, [n, n]).copied(to: x.precision)
    return x.matmul(x.transposed()) + x.tape.constant(identity)
  }

  static func transform(_ x: TracedTensor) -> TruncatedTransform {
    TruncatedTransform(points: 8, modes: 3, x.precision)
  }

  static let products: [LawCase] = [
    cases(
      "matmul", [[[3, 4], [4, 2]], [[1, 1], [1, 1]], [[1, 5], [5, 3]], [[5, 3], [3, 1]]],
      wide: [[210, 200], [200, 210]]
    ) {
      $0[0].matmul($0[1])
    },
    cases("matmul transposed", [[[4, 3], [2, 4]]]) { $0[0].transposed().matmul($0[1].transposed()) },
    cases(
      "batched matmul", [[[5, 3, 4], [5, 4, 2]], [[1, 3, 4], [1, 4, 2]]], wide: [[9, 100, 100], [9, 100, 100]]
    ) {
      $0[0].matmul($0[1])
    },
    cases("stretched matmul", [[[5, 1, 3, 4], [2, 4, 2]], [[3, 4], [2, 4, 5]]]) { $0[0].matmul($0[1]) },
    cases("shared matmul", [[[2, 3, 4], [4, 2]]]) { $0[0].matmul($0[1]) },
    cases(
      "linear", [[[2, 3, 4], [4, 2], [2]], [[4], [4, 3], [3]], [[1, 1], [1, 1], [1]]],
      wide: [[210, 200], [200, 210], [210]]
    ) {
      $0[0].linear($0[1], $0[2])
    },
    cases(
      "linear relu", [[[3, 4], [4, 2], [2]], [[2, 3, 5], [5, 17], [17]]], wide: [[210, 200], [200, 210], [210]]
    ) {
      $0[0].linear($0[1], $0[2], rectified: true)
    },
    cases(
      "convolution 2d", [[[2, 2, 5, 4], [3, 2, 3, 2], [3]], [[1, 1, 3, 2], [1, 1, 3, 2], [1]]],
      wide: [[3, 8, 70, 70], [5, 8, 3, 2], [5]]
    ) {
      $0[0].convolution2D($0[1], bias: $0[2], stride: (2, 1), padding: (1, 1))
    },
    cases("convolution 2d without bias", [[[2, 3, 4, 5], [2, 3, 2, 2]]]) { $0[0].convolution2D($0[1], stride: (1, 2)) },
    cases(
      "convolution that keeps the size", [[[2, 2, 4, 5], [3, 2, 3, 3], [3]], [[1, 1, 2, 2], [1, 1, 5, 5], [1]]],
      wide: [[3, 8, 70, 70], [5, 8, 3, 3], [5]]
    ) {
      $0[0].convolution2D($0[1], bias: $0[2], padding: ($0[1].shape[2] / 2, $0[1].shape[3] / 2))
    },
    cases("dilated convolution that keeps the width", [[[1, 2, 6, 5], [2, 2, 2, 3]]]) {
      $0[0].convolution2D($0[1], padding: (0, 2), dilation: (3, 2))
    },
    cases("convolution of pixels", [[[2, 3, 4, 5], [2, 3, 1, 1], [2]]]) { $0[0].convolution2D($0[1], bias: $0[2]) },
    cases("dilated convolution 1d", [[[2, 2, 7], [3, 2, 2]]]) { $0[0].convolution1D($0[1], padding: 1, dilation: 2) },
    cases("truncated transform", [[[2, 8]], [[1, 8]]]) {
      let (real, imaginary) = transform($0[0]).forward($0[0])
      return transform($0[0]).inverse(real.squared(), imaginary)
    },
  ].flatMap { $0 }

  static let fused: [LawCase] = [
    cases("cross entropy", [[[3, 5]], [[1, 3, 7]]], wide: [[3, 9000]]) { $0[0].crossEntropy(StructuralCases.labels) },
    cases("layer norm", [[[3, 5], [5], [5]], [[17], [17], [17]]], wide: [[130, 20], [20], [20]]) {
      $0[0].layerNorm(gain: $0[1], bias: $0[2])
    },
    cases("rms norm", [[[3, 5], [5]], [[2, 2, 17], [17]], [[1, 1], [1]]], wide: [[130, 20], [20]]) {
      $0[0].rmsNorm(gain: $0[1])
    },
    cases("self-attention", [[[2, 3, 12]], [[1, 1, 6]]], wide: [[4, 70, 24]]) { $0[0].selfAttention(heads: 2) },
    cases("causal self-attention", [[[2, 3, 12]]], wide: [[4, 70, 24]]) {
      $0[0].selfAttention(heads: 2, isCausal: true)
    },
    cases("attention", [[[2, 3, 4], [2, 5, 4], [2, 5, 2]], [[3, 4], [5, 4], [5, 2]]]) {
      $0[0].attention(keys: $0[1], values: $0[2], isCausal: true)
    },
    cases(
      "attention of several heads", [[[2, 3, 4], [2, 5, 4], [2, 5, 6]], [[1, 1, 2], [1, 3, 2], [1, 3, 2]]],
      wide: [[4, 60, 16], [4, 70, 16], [4, 70, 32]]
    ) {
      $0[0].attention(keys: $0[1], values: $0[2], heads: 2)
    },
    cases(
      "causal attention of several heads",
      [[[2, 3, 4], [2, 5, 4], [2, 5, 4]], [[1, 4, 2], [1, 2, 2], [1, 2, 2]]]
    ) {
      $0[0].attention(keys: $0[1], values: $0[2], heads: 2, isCausal: true)
    },
    cases("masked attention", [[[2, 3, 4], [2, 5, 4], [2, 5, 2], [3, 5]]]) {
      $0[0].attention(keys: $0[1], values: $0[2], mask: $0[3])
    },
    cases("attention weights", [[[2, 3, 4], [2, 5, 4], [3, 5]]]) { $0[0].attentionWeights(keys: $0[1], mask: $0[2]) },
    cases(
      "lstm", [[[3, 2, 8], [2, 8], [2, 4]], [[1, 1, 4], [1, 4], [1, 2]]], wide: [[3, 70, 160], [40, 160], [70, 80]]
    ) {
      $0[0].lstm(recurrent: $0[1], start: $0[2])
    },
  ].flatMap { $0 }

  static let matrices: [LawCase] = [
    cases("solve", [[[2, 3, 3], [2, 3, 2]], [[1, 1], [1, 1]]], precision: 1e-2) { positive($0[0]).solve($0[1]) },
    cases("triangular solve", [[[3, 3], [3, 2]], [[2, 1, 1], [2, 1, 3]]], in: 0.5...1.5, precision: 1e-3) {
      $0[0].solveLowerTriangular($0[1])
    },
    cases("transposed triangular solve", [[[3, 3], [3, 2]]], in: 0.5...1.5, precision: 1e-3) {
      $0[0].solveLowerTriangular($0[1], transposed: true)
    },
    cases("cholesky", [[[2, 3, 3]], [[1, 1]]], precision: 1e-3) { positive($0[0]).cholesky() },
    cases("qr, orthogonal factor", [[[2, 4, 3]], [[3, 1]]], precision: 1e-3) {
      let (q, r) = $0[0].qr()
      return q + r.sum() * 0.1
    },
    cases("qr, triangular factor", [[[4, 3]], [[1, 1]]], precision: 1e-3) { $0[0].qr().r },
  ].flatMap { $0 }

  static let callers: [LawCase] = [
    cases("custom", [[[4]], [[2, 3]]]) { x in
      x[0].tape.custom(
        "cube", [x[0]],
        primal: { Tensor($0[0].doubles.map { $0 * $0 * $0 }, $0[0].shape).copied(to: $0[0].precision) },
        pullback: { g, inputs, _ in [g * inputs[0].squared() * 3] })
    },
    cases("segment", [[[3, 4], [4, 2]]]) { x in x[0].tape.segment("layer", x) { ($0[0].matmul($0[1])).tanh() } },
  ].flatMap { $0 }
}
