// SPDX-License-Identifier: Apache-2.0

/// One number a parameter, zero at the start.
public struct Cell1: BitwiseCopyable, Sendable {
  public var first = Lane.zero
  @inlinable
  public init() {}
}

/// Two numbers a parameter, zero at the start.
public struct Cell2: BitwiseCopyable, Sendable {
  public var first = Lane.zero
  public var second = Lane.zero
  @inlinable
  public init() {}
}

/// Three numbers a parameter, zero at the start.
public struct Cell3: BitwiseCopyable, Sendable {
  public var first = Lane.zero
  public var second = Lane.zero
  public var third = Lane.zero
  @inlinable
  public init() {}
}
