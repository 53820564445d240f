// SPDX-License-Identifier: Apache-2.0

/// A planning problem: typed objects, facts that hold or not, actions that need, add and delete facts, and a goal.
///
///     state s: a set of facts;   a applies in s iff needs(a) ⊆ s;   s' = (s ∖ deletes(a)) ∪ adds(a)
///     a plan: actions that apply one after the other from the initial facts, with goal ⊆ s at the end
///
/// Parameters of an action stand for different objects. What an action both deletes and adds holds afterwards.
///
/// Source: Fikes and Nilsson, "STRIPS: A New Approach to the Application of Theorem Proving to Problem Solving" (1971).
public struct StripsProblem: Sendable, Hashable, Codable {
  /// Something with a type: an object, or a parameter that stands for one.
  public struct Object: Sendable, Hashable, Codable {
    public var name: String
    public var type: String

    public init(_ name: String, _ type: String) {
      self.name = name
      self.type = type
    }
  }

  /// A kind of fact with the types of its arguments.
  public struct Predicate: Sendable, Hashable, Codable {
    public var name: String
    public var parameters: [String]

    public init(_ name: String, _ parameters: [String] = []) {
      self.name = name
      self.parameters = parameters
    }
  }

  /// A predicate or an action with names in its places: `on(a,b)`, `handempty`.
  public struct Atom: Sendable, Hashable, Codable, CustomStringConvertible {
    public var name: String
    public var arguments: [String]

    public init(_ name: String, _ arguments: [String] = []) {
      self.name = name
      self.arguments = arguments
    }

    public var description: String { arguments.isEmpty ? name : "\(name)(\(arguments.joined(separator: ",")))" }

    /// Reads `on(a, b)` or `handempty`; nil for anything else. A name is letters, digits, `_` and `-`.
    public init?(reading text: String) {
      func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 100
          && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      }
      let text = text.filter { $0 != " " }
      guard let open = text.firstIndex(of: "(") else {
        guard isName(text[...]) else { return nil }
        self.init(text)
        return
      }
      guard text.last == ")", isName(text[..<open]) else { return nil }
      let inside = text[text.index(after: open)...].dropLast()
      let parts = inside.isEmpty ? [] : inside.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count <= 20, parts.allSatisfy(isName) else { return nil }
      self.init(String(text[..<open]), parts.map(String.init))
    }
  }

  /// An action with parameters; one without parameters is grounded already.
  public struct Schema: Sendable, Hashable, Codable {
    public var name: String
    public var parameters: [Object]
    /// What must hold before.
    public var needs: [Atom]
    public var adds: [Atom]
    public var deletes: [Atom]

    public init(_ name: String, _ parameters: [Object] = [], needs: [Atom], adds: [Atom], deletes: [Atom] = []) {
      self.name = name
      self.parameters = parameters
      self.needs = needs
      self.adds = adds
      self.deletes = deletes
    }
  }

  public var objects: [Object]
  public var predicates: [Predicate]
  public var actions: [Schema]
  /// All facts that hold at the beginning; others do not.
  public var initial: [Atom]
  /// What must hold at the end.
  public var goal: [Atom]
  /// The longest plan that is looked for.
  public var horizon: Int

  public init(
    objects: [Object], predicates: [Predicate], actions: [Schema], initial: [Atom], goal: [Atom], horizon: Int = 20
  ) {
    self.objects = objects
    self.predicates = predicates
    self.actions = actions
    self.initial = initial
    self.goal = goal
    self.horizon = horizon
  }
}

/// What is wrong with a planning document, in one line: the place, the cause, the remedy.
public struct PlanningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// As `actions[2].needs[0]`.
  public var place: String
  public var cause: String
  public var expected: String

  public init(_ place: String, _ cause: String, expected: String) {
    self.place = place
    self.cause = cause
    self.expected = expected
  }

  public var description: String {
    let text = "\(place): \(cause); expected \(expected)"
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
