// SPDX-License-Identifier: Apache-2.0
public import GradusLanes

extension SIMD16<Float> {
  /// The first `count` numbers from `x` on, and zeros behind them; all sixteen where `count` is larger. Reads nothing else.
  @inlinable
  @inline(__always)
  public init(_ x: UnsafePointer<Float>, first count: Int) { self = gradus_load_float16(x, count) }

  /// Writes the first `count` lanes from `x` on; all where `count` is larger.
  @inlinable
  @inline(__always)
  public func store(_ x: UnsafeMutablePointer<Float>, first count: Int) { gradus_store_float16(self, x, count) }
}

/// Asks for the memory at an address that is going to be read. Any address will do, also one behind an end.
@inlinable
@inline(__always)
public func prefetch(_ address: UnsafeRawPointer) { gradus_prefetch(address) }

/// Asks for the memory at an address that is going to be written. Any address will do, also one behind an end.
@inlinable
@inline(__always)
public func prefetch(toWrite address: UnsafeRawPointer) { gradus_prefetch_to_write(address) }
