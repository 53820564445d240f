// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What doubles were asked, in order.
final class Gathered<Element: Sendable>: Sendable {
  private let kept = Mutex<[Element]>([])
  var all: [Element] { kept.withLock { $0 } }

  func add(_ element: Element) { kept.withLock { $0.append(element) } }
}
