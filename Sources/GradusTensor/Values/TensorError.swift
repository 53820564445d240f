// SPDX-License-Identifier: Apache-2.0

/// Why a tensor operation could not be carried out. One line: what, where, what to do.
public enum TensorError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Two shapes that do not fit.
  case shapes(operation: String, TensorShape, TensorShape, reason: String)
  /// One shape that an operation cannot take.
  case shape(operation: String, TensorShape, reason: String)
  /// Float and Double in one operation.
  case precisions(operation: String)
  /// An index outside the axis it counts along.
  case index(operation: String, index: Int, position: Int, limit: Int)
  /// NaN or infinity in what an operation computed.
  case notFinite(operation: String, node: Int, parameter: String?)
  /// A block that the engine's limit, or the machine, does not allow.
  case memory(operation: String, wanted: Int, inUse: Int, limit: Int)
  /// A matrix that cannot be factored.
  case notFactorable(operation: String, matrix: Int, reason: String)
  /// A gradient of something that is not a scalar.
  case notScalar(TensorShape)
  /// An operation of the caller's that threw.
  case failed(operation: String, reason: String)
  /// An operation that has no rule for what was asked.
  case noRule(operation: String, wanted: String)

  public var description: String {
    switch self {
    case .shapes(let operation, let a, let b, let reason): "\(operation): shapes \(a) and \(b) do not fit: \(reason)"
    case .shape(let operation, let shape, let reason): "\(operation): shape \(shape): \(reason)"
    case .precisions(let operation): "\(operation): Float and Double do not mix; convert one of them"
    case .index(let operation, let index, let position, let limit):
      "\(operation): index \(index) at position \(position) is outside 0..<\(limit)"
    case .notFinite(let operation, let node, let parameter):
      "\(operation) (node \(node)) gave NaN or infinity" + (parameter.map { " in the gradient of \($0)" } ?? "")
        + ": lower the learning rate, clip gradients, or check the data"
    case .memory(let operation, let wanted, let inUse, let limit):
      "\(operation): \(wanted) bytes more than the \(inUse) in use would exceed the limit of \(limit): "
        + "use a smaller batch, segments, or a higher limit"
    case .notFactorable(let operation, let matrix, let reason): "\(operation): matrix \(matrix) of the batch \(reason)"
    case .notScalar(let shape): "a gradient needs a scalar, not shape \(shape): sum it, or give a cotangent"
    case .failed(let operation, let reason): "\(operation): \(reason)"
    case .noRule(let operation, let wanted): "\(operation) has no \(wanted)"
    }
  }
}
