// SPDX-License-Identifier: Apache-2.0
public import GradusTrace

/// A tensor on a tape: where it is, not what it is, so that holding one keeps no memory alive.
///
/// Operations never throw: one that fails puts its error on the tape, what depends on it passes the error on, and `value`,
/// `backward` and the like throw it.
public struct TracedTensor {
  /// The tape it is on.
  public let tape: TensorTape
  /// Its node; negative for a value that is computed but not recorded.
  let id: Int

  init(_ tape: TensorTape, _ id: Int) {
    self.tape = tape
    self.id = id
  }

  /// The value; throws when an operation failed or the memory was freed.
  public var value: Tensor { get throws { try tape.value(of: self) } }

  /// The value of a tensor of one element.
  public var scalar: Double { get throws { try value.scalar } }

  /// Extents; those of a scalar for an operation that failed.
  public var shape: TensorShape { tape.tensor(id)?.shape ?? [] }

  /// The format; single precision for an operation that failed.
  public var precision: Precision { tape.tensor(id)?.precision ?? .single }

  /// The same node as the generic trace sees it.
  public var traced: Traced<Tensor> { Traced(id: id, recorder: tape.recorder) }
}
