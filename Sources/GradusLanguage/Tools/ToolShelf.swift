// SPDX-License-Identifier: Apache-2.0
import GradusTrace

/// The tools that a planner may use, and which of them a query is shown.
public struct ToolShelf: Sendable {
  public let stubs: [ToolStub]
  /// Stubs that a query is shown.
  public var most: Int
  private let index: TextIndex

  /// Throws where two tools would have one name in programs.
  public init(_ stubs: [ToolStub], most: Int = 8) throws(SignatureError) {
    let names = stubs.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw SignatureError("the tool '\(twice)' is there twice", expected: "another name")
    }
    self.stubs = stubs
    self.most = max(1, most)
    index = TextIndex(stubs.map { "\($0.tool) \($0.summary)" })
  }

  /// The stubs that are nearest to a query by their words, in their own order.
  public func retrieved(for query: String) -> [ToolStub] {
    index.nearest(to: query, most: most).sorted().map { stubs[$0] }
  }

  /// The same as a node of the trace, one stub under the other.
  func shown(
    for query: Traced<String>, in run: WorkflowTrace
  ) -> (stubs: [ToolStub], text: Traced<String>) {
    let stubs = (try? query.value).map(retrieved) ?? []
    return (stubs, run.call("tools", [query.id]) { stubs.map(\.text).joined(separator: "\n") })
  }
}
