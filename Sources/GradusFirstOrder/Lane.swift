// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Sixteen neighboring coordinates, which a rule treats at once in registers.
public typealias Lane = SIMD16<Float>

extension Lane {
  /// Lanes, and cells, for `count` numbers.
  @inlinable
  static func number(_ count: Int) -> Int { (count + 15) / 16 }

  /// Sixteen numbers from `offset`; zeros behind the end.
  @inlinable
  @inline(__always)
  init(_ x: UnsafePointer<Float>, _ offset: Int, _ count: Int) { self.init(x + offset, first: count - offset) }

  /// Writes what lies before the end.
  @inlinable
  @inline(__always)
  func store(_ x: UnsafeMutablePointer<Float>, _ offset: Int, _ count: Int) { store(x + offset, first: count - offset) }

  /// Sixteen numbers, none of them behind an end.
  @inlinable
  @inline(__always)
  init(whole x: UnsafePointer<Float>) { self = UnsafeRawPointer(x).loadUnaligned(as: Lane.self) }

  /// Writes all of them.
  @inlinable
  @inline(__always)
  func store(whole x: UnsafeMutablePointer<Float>) { UnsafeMutableRawPointer(x).storeBytes(of: self, as: Lane.self) }
}

/// What a pass over memory asks for in advance: the processor's own guess stops at the end of every page, and rows that do
/// not begin with a register cost it twice the requests.
@usableFromInline
enum Ahead {
  /// Numbers between the place where a pass is and the one it asks for.
  @inlinable static var distance: Int { 512 }

  /// The numbers of a lane that is going to be read.
  @inlinable
  @inline(__always)
  static func read(_ x: UnsafePointer<Float>) { prefetch(UnsafeRawPointer(x + distance)) }

  /// The numbers of a lane that is going to be written.
  @inlinable
  @inline(__always)
  static func write(_ x: UnsafeMutablePointer<Float>) { prefetch(toWrite: UnsafeRawPointer(x + distance)) }

  /// A cell that is going to be written.
  @inlinable
  @inline(__always)
  static func write<Cell>(cell: UnsafeMutablePointer<Cell>) {
    write(cell: cell, lines: (MemoryLayout<Cell>.size + 63) / 64)
  }

  /// The first lines, of 64 bytes each, of a cell that is going to be written.
  @inlinable
  @inline(__always)
  static func write<Cell>(cell: UnsafeMutablePointer<Cell>, lines: Int) {
    let next = UnsafeRawPointer(cell + distance / Lane.scalarCount)
    var line = 0
    while line < lines {
      prefetch(toWrite: next + 64 &* line)
      line &+= 1
    }
  }
}
