// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNumerics
import GradusTensor
import GradusTrace

/// What the products of a network are shown, gathered batch by batch in bounded memory.
struct RepresentationProbe {
  /// One product, or the scores.
  struct Layer {
    let name: String
    let width: Int
    /// Numbers of one observation.
    let size: Int
    /// One row an observation, row-major, of the first observations that fit.
    var whole: [Float] = []
    /// Every `stride`-th row of the product.
    var rows: [Float] = []
    let stride: Int
    var seen = 0

    var examples: Int { whole.count / size }
  }

  /// Numbers that are kept of a layer.
  static let limit = 1 << 22
  /// Rows that an effective rank is taken of.
  static let rowLimit = 1024

  private let observations: Int
  private(set) var layers: [Layer] = []

  init(observations: Int) { self.observations = observations }

  /// Looks at the products of a batch.
  mutating func look<N: Network>(_ loss: NetworkLoss<N>, _ point: Buffer<Float>, _ rows: [Int]) throws {
    typealias Sight = (name: String, whole: [Float], rows: [Float], width: Int)
    let sights = try loss.withBatch(point, rows) { tape, tensors, scores, targets in
      let names = Dictionary(tensors.map { ($0.value.traced.id, $0.key) }, uniquingKeysWith: { first, _ in first })
      let result = try scores.value
      let last: Sight = ("scores", result.floats, result.floats, result.shape[-1])
      var sights = [last]
      let gradients = try tape.backward(from: loss.loss.mean(of: scores, targets)) { signal in
        guard let name = names[signal.weights.traced.id], !sights.contains(where: { $0.name == name }) else { return }
        sights.append((name, try signal.input.value.floats, signal.inputs.floats, signal.inputs.shape[1]))
      }
      gradients.recycle()
      return sights
    }
    // The walk goes back: what is met last comes first.
    for sight in sights.reversed() { add(sight.name, sight.whole, sight.rows, sight.width, rows.count) }
  }

  private mutating func add(_ name: String, _ whole: [Float], _ rows: [Float], _ width: Int, _ examples: Int) {
    // What is not made of whole observations (the weights of all as one row) says nothing about them.
    guard width > 0, whole.count % examples == 0, rows.count % width == 0, rows.count >= width else { return }
    if !layers.contains(where: { $0.name == name }) {
      let positions = max(1, rows.count / width / examples)
      layers.append(
        Layer(
          name: name, width: width, size: whole.count / examples,
          stride: (positions * observations + Self.rowLimit - 1) / Self.rowLimit))
    }
    guard let k = layers.firstIndex(where: { $0.name == name }), layers[k].size * examples == whole.count else {
      return
    }
    let room = max(0, max(2, Self.limit / layers[k].size) - layers[k].examples)
    layers[k].whole += whole.prefix(min(room, examples) * layers[k].size)
    for i in 0..<rows.count / width {
      if layers[k].seen % layers[k].stride == 0 { layers[k].rows += rows[i * width..<(i + 1) * width] }
      layers[k].seen += 1
    }
  }

  /// The observations of which every layer has all numbers.
  var examples: Int { layers.map(\.examples).min() ?? 0 }

  /// The products of observations with each other in each layer, centered: HXXᵀH.
  func kernels(_ examples: Int) -> [Matrix] {
    layers.map { layer in
      let transposed = Matrix(
        rowCount: layer.size, columnCount: examples,
        elements: layer.whole.prefix(examples * layer.size).map { Double($0) })
      var kernel = transposed.transposed.times(transposed, on: .best())
      let means = (0..<examples).map { i in kernel.column(i).elements.reduce(0, +) / Double(examples) }
      let mean = means.reduce(0, +) / Double(max(1, examples))
      for j in 0..<examples {
        for i in 0..<examples { kernel[i, j] += mean - means[i] - means[j] }
      }
      return kernel
    }
  }

  /// The effective rank of each layer's rows.
  func ranks() throws -> [Double] {
    try layers.map { layer in
      try Matrix(
        rowCount: layer.width, columnCount: layer.rows.count / layer.width, elements: layer.rows.map { Double($0) }
      ).effectiveRank()
    }
  }

  /// ⟨K, L⟩/(|K||L|): linear CKA, for the squared norm of AᵀB is the inner product of AAᵀ and BBᵀ. nil where one is zero.
  static func alignment(_ a: Matrix, _ b: Matrix) -> Double? {
    let norms = a.frobeniusNorm * b.frobeniusNorm
    guard norms > 0, norms.isFinite else { return nil }
    return dot(a.elements.span, b.elements.span) / norms
  }
}
