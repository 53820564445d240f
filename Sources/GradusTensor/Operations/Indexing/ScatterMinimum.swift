// SPDX-License-Identifier: Apache-2.0

/// The smallest of the rows with the same number, element by element; +∞ where there is none. Equal ones share a cotangent.
struct ScatterMinimum: TensorOperation {
  let indices: TensorIndices
  let rows: Int
  var name: String { "scatter min" }
  var bringsExamples: Bool { true }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    guard indices.shape.rank == 1, x.shape.rank >= 1, x.shape[0] == indices.values.count else {
      throw .shapes(operation: name, x.shape, indices.shape, reason: "there is one row for each index")
    }
    try indices.check(name, limit: rows)
    var shape = x.shape
    shape[0] = rows
    let z = try engine.filled(.infinity, shape, x.precision, for: name)
    switch x.precision {
    case .single: run(x, z, Float.self)
    case .double: run(x, z, Double.self)
    }
    engine.recycle(x)
    return z
  }

  private func run<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ type: T.Type) {
    let width = z.count / max(1, rows), from = x.pointer(T.self), to = z.pointer(T.self)
    for (row, index) in indices.values.enumerated() {
      let source = from + row * width, target = to + Int(index) * width
      for j in 0..<width where !(source[j] >= target[j]) { target[j] = source[j] }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let chosen = at.input(0).equal(at.output.rows(indices))
    let ties = chosen.scatterAdded(at: indices, rows: rows).rows(indices)
    at.send(g.rows(indices) * (chosen / ties), to: 0)
  }
}

extension TracedTensor {
  /// For each of `rows` groups the smallest of its rows, element by element; +∞ for an empty group.
  public func scatterMinimum(at indices: TensorIndices, rows: Int) -> TracedTensor {
    tape.apply(ScatterMinimum(indices: indices, rows: rows), self)
  }

  /// The smallest element along `axis`.
  public func minimum(over axis: Int, keepingAxis: Bool = false) -> TracedTensor {
    -(-self).maximum(over: axis, keepingAxis: keepingAxis)
  }
}
