// SPDX-License-Identifier: Apache-2.0

/// In which floating-point format a tensor holds its elements.
public enum Precision: UInt8, Sendable, Hashable, Codable, CustomStringConvertible {
  /// 32 bits: training.
  case single
  /// 64 bits: optimization, and wherever accuracy is worth twice the memory.
  case double

  /// Bytes an element.
  public var byteCount: Int { self == .single ? 4 : 8 }

  public var description: String { self == .single ? "Float" : "Double" }
}
