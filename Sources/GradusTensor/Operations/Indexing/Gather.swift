// SPDX-License-Identifier: Apache-2.0

/// Positions along an axis, in some shape: token numbers, class labels. Not differentiable.
public final class TensorIndices: Sendable {
  /// The positions in row-major order.
  public let values: [Int32]
  /// Their shape.
  public let shape: TensorShape

  /// `values` in row-major order.
  public init(_ values: [Int32], _ shape: TensorShape) {
    precondition(values.count == shape.count, "shape \(shape) does not hold \(values.count) indices")
    self.values = values
    self.shape = shape
  }

  /// A vector of positions.
  public convenience init(_ values: [Int]) {
    self.init(values.map { Int32(truncatingIfNeeded: $0) }, TensorShape([values.count]))
  }

  func check(_ operation: String, limit: Int) throws(TensorError) {
    for (position, index) in values.enumerated() where index < 0 || Int(index) >= limit {
      throw .index(operation: operation, index: Int(index), position: position, limit: limit)
    }
  }
}

/// Rows of a table [n, ..] by number: an embedding. Result: the shape of the indices, then that of a row.
struct Gather: TensorOperation {
  let indices: TensorIndices
  var name: String { "gather" }
  var bringsExamples: Bool { true }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let table = try engine.contiguous(inputs[0], for: name)
    guard table.shape.rank >= 1 else { throw .shape(operation: name, table.shape, reason: "a scalar has no rows") }
    try indices.check(name, limit: table.shape[0])
    var shape = TensorShape(rank: indices.shape.rank + table.shape.rank - 1)
    for axis in 0..<indices.shape.rank { shape[axis] = indices.shape[axis] }
    for axis in 1..<max(1, table.shape.rank) { shape[indices.shape.rank + axis - 1] = table.shape[axis] }
    let z = try engine.make(shape, table.precision, for: name)
    switch table.precision {
    case .single: copy(table, z, Float.self)
    case .double: copy(table, z, Double.self)
    }
    engine.recycle(table)
    return z
  }

  private func copy<T: TensorElement>(_ table: Tensor, _ z: Tensor, _ type: T.Type) {
    let width = table.count / max(1, table.shape[0])
    let from = table.pointer(T.self), to = z.pointer(T.self)
    indices.values.withUnsafeBufferPointer { indices in
      for (row, index) in indices.enumerated() {
        (to + row * width).update(from: from + Int(index) * width, count: width)
      }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    at.send(g.scatterAdded(at: indices, rows: at.input(0).shape[0]), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// The transpose of gathering: each row is added to the row of its number; others are 0.
struct ScatterAdd: TensorOperation {
  let indices: TensorIndices
  let rows: Int
  var name: String { "scatter add" }
  var bringsExamples: Bool { true }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    let lead = indices.shape.rank
    for axis in 0..<lead where x.shape.rank < lead || x.shape[axis] != indices.shape[axis] {
      throw .shapes(operation: name, x.shape, indices.shape, reason: "there is one row for each index")
    }
    try indices.check(name, limit: rows)
    var shape = TensorShape(rank: x.shape.rank - lead + 1)
    shape[0] = rows
    for axis in lead..<max(lead, x.shape.rank) { shape[axis - lead + 1] = x.shape[axis] }
    let z = try engine.filled(0, shape, x.precision, for: name)
    switch x.precision {
    case .single: add(x, z, Float.self)
    case .double: add(x, z, Double.self)
    }
    engine.recycle(x)
    return z
  }

  private func add<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ type: T.Type) {
    let width = z.count / max(1, rows)
    let from = x.pointer(T.self), to = z.pointer(T.self)
    indices.values.withUnsafeBufferPointer { indices in
      for (row, index) in indices.enumerated() {
        let source = from + row * width, target = to + Int(index) * width
        for j in 0..<width { target[j] += source[j] }
      }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(g.rows(indices), to: 0) }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

extension TracedTensor {
  /// The rows with these numbers: an embedding when this is a table [n, width]. An index outside 0..<n is an error.
  public func rows(_ indices: TensorIndices) -> TracedTensor { tape.apply(Gather(indices: indices), self) }

  /// Each row added to the row of its number in a table of `rows` rows.
  public func scatterAdded(at indices: TensorIndices, rows: Int) -> TracedTensor {
    tape.apply(ScatterAdd(indices: indices, rows: rows), self)
  }

  /// One element of each row [.., n]: the one its index names. Result: [..].
  public func picked(_ indices: TensorIndices) -> TracedTensor {
    let width = shape[-1], count = shape.count / max(1, width)
    guard indices.values.count == count else {
      return tape.apply(
        Rejected(
          error: .shapes(
            operation: "pick", shape, indices.shape, reason: "there is one index for each row")), self)
    }
    if let bad = indices.values.firstIndex(where: { $0 < 0 || Int($0) >= width }) {
      return tape.apply(
        Rejected(
          error: .index(
            operation: "pick", index: Int(indices.values[bad]), position: bad, limit: width)), self)
    }
    let flat = indices.values.enumerated().map { Int32(truncatingIfNeeded: $0.offset * width) + $0.element }
    return reshaped([shape.count]).rows(TensorIndices(flat, indices.shape))
  }
}

/// An operation that was found impossible before it began.
struct Rejected: TensorOperation {
  let error: TensorError
  var name: String {
    switch error {
    case .shapes(let operation, _, _, _), .shape(let operation, _, _), .index(let operation, _, _, _): operation
    default: "operation"
    }
  }
  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor { throw error }
}
