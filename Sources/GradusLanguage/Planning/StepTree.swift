// SPDX-License-Identifier: Apache-2.0

/// Places that steps lead to, as a tree in one array: a parent always stands before its children, so the whole is saved as it is.
public struct StepTree<Place: Sendable & Codable, Step: Sendable & Codable>: Sendable, Codable {
  /// A place, the steps that led to it from its parent, and what is known of it.
  public struct Node: Sendable, Codable {
    public var place: Place
    public var steps: [Step]
    /// Its parent's number; nil at the root.
    public var parent: Int?
    public var depth: Int
    /// Whether nothing can follow.
    public var isFinal: Bool
    /// nil until it is judged.
    public var score: Double?
    /// What was said of it.
    public var remarks: [String] = []
    /// What was known of earlier attempts at the same place when it was proposed, and how many there were.
    public var told: [String] = []
    public var repairs = 0
    /// Judged nodes from here downwards, the sum and the largest of their scores.
    public internal(set) var visits = 0
    public internal(set) var total = 0.0
    public internal(set) var best: Double?
  }

  public private(set) var nodes: [Node]

  public init(_ root: Place) {
    nodes = [Node(place: root, steps: [], parent: nil, depth: 0, isFinal: false)]
  }

  public var count: Int { nodes.count }

  /// The node of this number; 0 is the root.
  public subscript(_ number: Int) -> Node { nodes[number] }

  /// Puts a node under `parent` and says its number.
  public mutating func add(
    _ place: Place, by steps: [Step], under parent: Int, isFinal: Bool, told: [String] = [], repairs: Int = 0
  ) -> Int {
    var node = Node(
      place: place, steps: steps, parent: parent, depth: nodes[parent].depth + max(1, steps.count), isFinal: isFinal)
    (node.told, node.repairs) = (told, repairs)
    nodes.append(node)
    return nodes.count - 1
  }

  /// Writes a score and remarks to a node, and the score into the statistics of all above it. A score that is no number is the lowest
  /// there is. A node is judged once.
  public mutating func judge(_ number: Int, _ score: Double, remarks: [String]) {
    guard nodes[number].score == nil else { return }
    let score = score.isNaN ? -Double.greatestFiniteMagnitude : score
    nodes[number].score = score
    nodes[number].remarks = remarks
    var next: Int? = number
    while let place = next {
      nodes[place].visits += 1
      nodes[place].total += score
      nodes[place].best = max(nodes[place].best ?? score, score)
      next = nodes[place].parent
    }
  }

  /// All steps from the root to a node.
  public func path(to number: Int) -> [Step] {
    var parts: [[Step]] = []
    var next: Int? = number
    while let place = next {
      parts.append(nodes[place].steps)
      next = nodes[place].parent
    }
    return parts.reversed().flatMap(\.self)
  }

  /// The judged nodes among `numbers`, the highest score first; of equals the earlier one.
  public func ranked(_ numbers: [Int]) -> [Int] {
    numbers.compactMap { number in nodes[number].score.map { (number: number, score: $0) } }
      .sorted { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }.map(\.number)
  }

  /// The final node with the highest score; nil where none was judged.
  public var bestFinal: Int? { ranked(nodes.indices.filter { nodes[$0].isFinal }).first }

  /// For each node with several judged children, these, the best first: what preference learning is fed with.
  public var siblings: [[Int]] {
    var families: [Int: [Int]] = [:]
    for (number, node) in nodes.enumerated() {
      if let parent = node.parent, node.score != nil { families[parent, default: []].append(number) }
    }
    return families.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { ranked($0.value) }
  }
}
