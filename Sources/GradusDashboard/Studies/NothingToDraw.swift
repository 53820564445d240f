// SPDX-License-Identifier: Apache-2.0

/// Why there is no picture.
package struct NothingToDraw: Error, Hashable {
  package var message: String
  /// Whether there will never be one; otherwise more trials may help.
  package var isForever: Bool

  package init(isForever: Bool = false, _ message: String) {
    self.message = message
    self.isForever = isForever
  }
}
