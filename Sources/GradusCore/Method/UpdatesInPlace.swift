// SPDX-License-Identifier: Apache-2.0

/// A method whose parameters are too large to be copied: telling an answer changes them where they are.
///
/// The promise is checked by a law: the address never changes once the first answer was told.
public protocol UpdatesInPlace: OptimizationMethod {
  /// The address of the parameter buffer inside the state, as a number.
  func parameterAddress(in state: borrowing State) -> UInt
}
