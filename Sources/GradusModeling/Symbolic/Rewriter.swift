// SPDX-License-Identifier: Apache-2.0

/// Turns a term into another, or nil where it has nothing to say. Rewriters are built from rules and from each other.
public struct Rewriter<Term: SymbolicTerm> {
  private let body: (Term) -> Term?

  public init(_ body: @escaping (Term) -> Term?) { self.body = body }

  public init(_ rule: PatternRule) { body = { rule.applied(to: $0) } }

  /// The new term; nil when nothing changes.
  public func callAsFunction(_ term: Term) -> Term? { body(term) }

  /// All in turn, each on what the one before made.
  public static func chain(_ rewriters: [Rewriter]) -> Rewriter {
    Rewriter { term in
      var current = term
      for rewriter in rewriters { current = rewriter(current) ?? current }
      return current == term ? nil : current
    }
  }

  /// The first that has something to say, then all again from the first, at most `limit` times.
  public static func restartedChain(_ rewriters: [Rewriter], limit: Int = 1000) -> Rewriter {
    Rewriter { term in
      var current = term
      search: for _ in 0..<limit {
        for rewriter in rewriters {
          if let next = rewriter(current) {
            current = next
            continue search
          }
        }
        break
      }
      return current == term ? nil : current
    }
  }

  /// The term itself where `rewriter` has nothing to say.
  public static func passThrough(_ rewriter: Rewriter) -> Rewriter { Rewriter { rewriter($0) ?? $0 } }

  /// Again and again until nothing changes, at most `limit` times.
  public static func fixpoint(_ rewriter: Rewriter, limit: Int = 1000) -> Rewriter {
    Rewriter { term in
      var current = term
      for _ in 0..<limit {
        guard let next = rewriter(current), next != current else { break }
        current = next
      }
      return current == term ? nil : current
    }
  }

  /// One rewriter or the other, as the condition says.
  public static func ifElse(
    _ condition: @escaping (Term) -> Bool, _ first: Rewriter, _ second: Rewriter
  ) -> Rewriter {
    Rewriter { condition($0) ? first($0) : second($0) }
  }

  /// Every sub-term, arguments before users.
  public static func postwalk(_ rewriter: Rewriter) -> Rewriter {
    Rewriter { walk($0, before: nil, after: rewriter) }
  }

  /// Every sub-term, users before arguments: what a user becomes is walked on.
  public static func prewalk(_ rewriter: Rewriter) -> Rewriter {
    Rewriter { walk($0, before: rewriter, after: nil) }
  }

  private struct Frame {
    var term: Term
    /// After `before`; its arguments are being walked.
    var current: Term
    var arguments: [Term]
    var done: [Term] = []
  }

  /// A stack in place of recursion, so that depth does not matter; equal sub-terms are walked once.
  private static func walk(_ root: Term, before: Rewriter?, after: Rewriter?) -> Term? {
    var results: [Term: Term] = [:]
    func open(_ term: Term) -> Frame {
      let current = before?(term) ?? term
      return Frame(term: term, current: current, arguments: current.isCompound ? current.arguments : [])
    }
    var stack = [open(root)]
    while let top = stack.last {
      if top.done.count < top.arguments.count {
        let next = top.arguments[top.done.count]
        if let known = results[next] {
          stack[stack.count - 1].done.append(known)
        } else {
          stack.append(open(next))
        }
        continue
      }
      stack.removeLast()
      var made = top.done == top.arguments ? top.current : top.current.makeSimilar(top.current.operation, top.done)
      made = after?(made) ?? made
      results[top.term] = made
    }
    return results[root] == root ? nil : results[root]
  }
}
