// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Keys and values of the positions read so far, so that a new one costs one position and not the whole text.
public struct AttentionMemory: Sendable {
  /// [texts, heads, positions, depth]; nil before the first position.
  private(set) var keys: Tensor?
  private(set) var values: Tensor?

  public init() {}

  /// Positions read so far.
  public var count: Int { keys?.shape[2] ?? 0 }

  /// Adds positions behind the others; the keys and values of all.
  mutating func append(
    keys new: TracedTensor, values newValues: TracedTensor
  ) throws -> (keys: TracedTensor, values: TracedTensor) {
    var (allKeys, allValues) = (new, newValues)
    if let keys, let values {
      allKeys = .concatenate([new.tape.constant(keys), new], axis: 2)
      allValues = .concatenate([new.tape.constant(values), newValues], axis: 2)
    }
    (keys, values) = (try allKeys.value, try allValues.value)
    return (allKeys, allValues)
  }

  /// Keys and values of a source that does not grow, computed at first.
  mutating func fixed(
    _ tape: TensorTape, _ compute: () -> (keys: TracedTensor, values: TracedTensor)
  ) throws -> (keys: TracedTensor, values: TracedTensor) {
    if let keys, let values { return (tape.constant(keys), tape.constant(values)) }
    let both = compute()
    (keys, values) = (try both.keys.value, try both.values.value)
    return both
  }
}

extension TracedTensor {
  /// [texts, positions, heads·depth] → [texts, heads, positions, depth]. Copies nothing.
  func split(heads: Int) -> TracedTensor {
    reshaped([shape[0], shape[1], heads, shape[2] / heads]).permuted([0, 2, 1, 3])
  }

  /// [texts, heads, positions, depth] → [texts, positions, heads·depth].
  func joinedHeads() -> TracedTensor {
    permuted([0, 2, 1, 3]).reshaped([shape[0], shape[2], shape[1] * shape[3]])
  }
}
