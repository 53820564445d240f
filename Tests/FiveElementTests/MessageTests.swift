// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

/// What a broken model is told: one line with the place, the cause and the remedy.
@Suite struct FiveElementMessageTests {
  /// Models with the message, without the name of the file.
  static let table: [(String, String)] = [
    // YAML
    ("", "1:1: the file is empty; expected a model: sets, parameters, variables, …"),
    ("a: &x 1\n", "1:4: anchors are not read; expected the value itself, or the text in quotes"),
    ("a: *x\n", "1:4: aliases are not read; expected the value itself, or the text in quotes"),
    ("a: !!str 1\n", "1:4: tags are not read; expected the value alone, or the text in quotes"),
    ("name: x\nname: y\n", "2:1: the key name stands twice, first in line 1; expected every key once"),
    ("sets: {A: [a], A: [b]}\n", "1:16: the key A stands twice, first in line 1; expected every key once"),
    ("<<: {a: 1}\n", "1:1: merge keys are not read; expected the entries themselves"),
    ("? a\n: b\n", "1:1: complex keys are not read; expected a key with a colon behind it"),
    ("%YAML 1.2\n---\nname: x\n", "1:1: directives are not read; expected a model without %"),
    ("name: a\n---\nname: b\n", "2:1: a second document; expected one model a file"),
    ("sets:\n\tA: [a]\n", "2:1: a tab as indentation; expected blanks"),
    ("sets:\n  A: [a, b\n", "2:6: \"[\" has no end; expected \"]\""),
    ("sets:\n  A: [a]\n   B: [b]\n", "3:4: the line is indented too far; expected 2 blanks in front"),
    ("name: \"abc\n", "1:7: the quote has no end; expected a closing \""),
    ("name: a: b\n", "1:8: a colon inside a value; expected the value in quotes, or a mapping in { }"),
    ("name: @x\n", "1:7: \"@\" cannot begin a value; expected the text in quotes"),
    ("hello\n", "1:1: the model is a value; expected a mapping with the keys sets, parameters, variables, …"),
    ("name: a\nhello\n", "2:1: a line without a key; expected a key with a colon and a blank behind it"),
    ("name: \u{1}\n", "1:7: the control character 0x1; expected printable text, tabs and line ends"),
    ("sets:\n  A: [x: 1]\n", "2:8: a key inside a list; expected the entry in { }, or the text in quotes"),
    (
      "minimize: x # the cost\nvariables: {x: {}}\n",
      "1:13: a comment behind an expression; expected the comment on a line of its own"
    ),
    (
      "variables: {x: {}}\nsubject to:\n  c: \"x >= 1\"  # why\n",
      "3:16: a comment behind an expression; expected the comment on a line of its own"
    ),
    // Structure
    ("set: {A: [a]}\n", "1:1: the key set is unknown; expected sets (did you mean that?)"),
    (
      "stages: 1\n",
      "1:1: stages: stages are not read yet; expected one of name, sets, parameters, variables, minimize, maximize, subject to"
    ),
    ("sets: [a]\n", "1:7: sets is a list; expected names with a colon behind each"),
    ("sets: {A: {a: 1}}\n", "1:11: the set A is a mapping; expected a list, first..last, or i in OTHER where …"),
    ("sets: {A: [a, a]}\n", "1:15: a stands twice in A; expected every member once"),
    ("sets: {A: [[a, b], c]}\n", "1:20: a member of A with 1 parts; expected 2, like the others"),
    ("sets: {A: [1..3]}\n", "1:12: a range inside the list of A; expected A: 1..3 without brackets"),
    ("sets: {A: B, B: A}\n", "1:17: the set A is defined through itself; expected a definition without a circle"),
    ("sets: {1a: [a]}\n", "1:8: 1a is no name; expected letters, digits and _, or the name in backquotes"),
    ("sets: {sum: [a]}\n", "1:8: sum is a word of the language; expected another name"),
    ("sets: {exp: [a]}\n", "1:8: exp is a function; expected another name"),
    ("sets: {A: [a]}\nparameters: {A: 1}\n", "2:14: A is declared twice; expected different names"),
    ("sets: {A: 1..1e9}\n", "1:11: the range has more than 10000000 members; expected a smaller range"),
    ("sets: {A: 1..2.5}\n", "1:14: 2.5 as the end of a range; expected a whole number"),
    // Parameters
    ("parameters: {p: NO}\n", "1:17: the name NO is unknown; expected an index, a parameter, a variable or an element"),
    ("parameters: {p: 12:30}\n", "1:19: the sign : is unknown; expected where in front of a condition"),
    ("parameters: {p: 1_000}\n", "1:17: a number with an underscore; expected the digits alone"),
    (
      "parameters: {p: q, q: p}\n",
      "1:23: the parameter p is defined through itself; expected a definition without a circle"
    ),
    ("parameters: {p: 1/0}\n", "1:19: division by zero (in p); expected a number that is not 0"),
    ("parameters: {p: 1e999}\n", "1:17: the number 1e999 is too large; expected a finite number"),
    ("parameters: {p: \"log(0)\"}\n", "1:18: log(0) is no finite number (in p); expected arguments in the domain"),
    ("parameters: {p: \"(-1)^0.5\"}\n", "1:18: (-1)^0.5 is no finite number (in p); expected a power that exists"),
    ("parameters: {p: [1, 2]}\n", "1:17: p is a list without sets; expected {over: SET, values: […]}"),
    (
      "parameters: {p: {beef: 1}}\n",
      "1:18: p has no key beef; expected {over: SET, values: {beef: …}} for values by element"
    ),
    ("parameters: {p: {valeus: 1}}\n", "1:18: p has no key valeus; expected values (did you mean that?)"),
    (
      "sets: {A: [a, b]}\nparameters: {p: {over: A, values: [1]}}\n",
      "2:35: 1 values in a list of p; expected 2, one for each member"
    ),
    (
      "sets: {A: [a, b]}\nparameters: {p: {over: A, values: {a: 1}}}\n",
      "2:35: p[b] has no value; expected a value for every member, or default:"
    ),
    (
      "sets: {A: [beef, fish]}\nparameters: {p: {over: A, values: {beef: 1, fisch: 1}}}\n",
      "2:45: p has no member fisch; expected fish (did you mean that?)"
    ),
    (
      "sets: {A: [a, b]}\nparameters: {p: {over: A, values: [1, x]}}\n",
      "2:39: the name x is unknown; expected an index, a parameter, a variable or an element"
    ),
    (
      "sets: {A: [a, b]}\nparameters: {p: {over: A, values: [1, 2], file: x.csv}}\n",
      "2:17: p has values from two places; expected values or file, not both"
    ),
    (
      "sets: {A: [a, b]}\nparameters: {p: {over: A, file: missing.csv}}\n",
      "2:33: missing.csv is no file beside the model; expected a .csv file"
    ),
    (
      "parameters: {p: {over: FOD, value: 1}}\nsets: {FOOD: [a]}\n",
      "1:24: the set FOD is unknown; expected FOOD (did you mean that?)"
    ),
    (
      "variables: {x: {}}\nparameters: {p: x + 1}\n",
      "2:17: the parameter p depends on the variable x (in p); expected numbers and parameters"
    ),
    // Variables
    ("variables: {x: {kind: interger}}\n", "1:23: the kind interger is unknown; expected integer (did you mean that?)"),
    ("variables: {x: {lowr: 0}}\n", "1:17: x has no key lowr; expected lower (did you mean that?)"),
    (
      "variables: {x: {lower: y}, y: {}}\n",
      "1:24: a bound of x depends on the variable y (in lower of x); expected numbers and parameters"
    ),
    (
      "variables: {x: {lower: inf}}\n",
      "1:13: x has a bound at the wrong infinity; expected lower below inf, upper above -inf"
    ),
    // Expressions
    (
      "variables: {x: {}}\nminimize: x +\n",
      "2:14: the expression ends too early; expected a number, a name or a bracket"
    ),
    ("variables: {x: {}}\nminimize: 2 x\n", "2:13: found x; expected an operator or the end of the expression"),
    (
      "variables: {x: {}}\nminimize: 2x\n",
      "2:12: a name directly behind the number 2; expected * between them for a product"
    ),
    ("variables: {x: {}}\nminimize: (x + 1\n", "2:17: found the end; expected \")\" to close the bracket"),
    ("variables: {x: {}}\nminimize: x ** 2\n", "2:13: the sign ** is unknown; expected ^"),
    (
      "variables: {price: {}}\nminimize: prise\n",
      "2:11: the name prise is unknown; expected price (did you mean that?)"
    ),
    ("variables: {x: {}}\nminimize: sqr(x)\n", "2:11: the function sqr is unknown; expected sqrt (did you mean that?)"),
    ("variables: {x: {}}\nminimize: exp(x, 2)\n", "2:11: exp has 2 arguments; expected one"),
    ("variables: {x: {}}\nminimize: x[1]\n", "2:12: x has no subscripts, not 1; expected x alone"),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: x\n",
      "3:11: x has 1 subscript, not 0; expected x[…] with 1 subscript"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: x[\"b\"]\n",
      "3:11: x has no member [b] (in the objective); expected subscripts in its sets; where … leaves others out"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: x[a, a]\n",
      "3:12: x has 1 subscript, not 2; expected x[…] with 1 subscript"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: A\n",
      "3:11: A is a set; expected card(A), or an index over it"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: \"sum(i in A: i == 1) x[i]\"\n",
      "3:22: the sign : is unknown; expected where in front of a condition"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: sum(x) 1\n",
      "3:11: sum without indices; expected sum(i in SET) and a term"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: sum(i in B) x[i]\n",
      "3:20: the set B is unknown; expected the name of a set, or first..last"
    ),
    (
      "sets: {A: [a]}\nvariables: {x: {over: A}}\nminimize: sum(i in A) i * x[i]\n",
      "3:23: the element a is no number (in the objective); expected a number or a parameter"
    ),
    (
      "sets: {A: [[a, b]]}\nvariables: {x: {over: A}}\nminimize: sum(i in A) x[i, i]\n",
      "3:15: the set has 2 subscripts, and 1 indices stand here; expected (i, j, …) with 2 indices"
    ),
    (
      "sets: {A: []}\nvariables: {x: {}}\nminimize: x + max(i in A) 1\n",
      "3:15: max over an empty set (in the objective); expected a set with a member, or a condition around it"
    ),
    (
      "variables: {x: {}}\nminimize: x / 0\n",
      "2:15: division by zero (in the objective); expected a number that is not 0"
    ),
    (
      "variables: {x: {}}\nminimize: floor(x)\n",
      "2:11: floor of variables jumps (in the objective); expected an integer variable with two inequalities"
    ),
    (
      "variables: {x: {}}\nminimize: (x >= 1) + 2\n",
      "2:12: a comparison where a number is needed (in the objective); expected (if … then 1 else 0)"
    ),
    (
      "variables: {x: {}}\nminimize: 1 + if x >= 1 then 1 else 0\n",
      "2:15: an if inside an expression without brackets; expected (if … then … else …)"
    ),
    (
      "variables: {x: {}}\nminimize: [x, 2 * x]\n",
      "2:15: 2 objectives; expected one: no method takes several objectives from a model file yet; weigh them in one sum"
    ),
    (
      "variables: {x: {}}\nminimize: {a: x, b: 2 * x}\n",
      "2:18: 2 objectives; expected one: no method takes several objectives from a model file yet; weigh them in one sum"
    ),
    (
      "variables: {x: {}}\nminimize: x\nmaximize: x\n",
      "3:1: both minimize and maximize; expected one of them; maximize f is minimize -(f)"
    ),
    (
      "variables: {x: {}}\nsubject to:\n  c: x + 1\n",
      "3:6: the constraint compares nothing (in c); expected <=, >= or == between two sides"
    ),
    (
      "variables: {x: {}}\nsubject to:\n  c: x < 1\n",
      "3:6: the strict sign < in a constraint (in c); expected <= : the boundary belongs to it"
    ),
    ("variables: {x: {}}\nsubject to:\n  c: x = 1\n", "3:8: the sign = is unknown; expected == for an equation"),
    (
      "variables: {x: {}}\nsubject to:\n  c: 1 <= x >= 0\n",
      "3:6: a chain of 2 comparisons (in c); expected low <= formula <= high"
    ),
    ("variables: {x: {}}\nsubject to:\n  c[i]: x >= 1\n", "3:5: found i; expected c[i in SET]"),
    (
      "sets: {A: 1..2}\nvariables: {x: {over: A}}\nsubject to:\n  c[i in A]: x[i+1] >= 1\n",
      "4:16: x has no member 3 (in c[2]); expected a subscript in its set"
    ),
    // Logic
    ("variables: {x: {lower: 0}}\nsubject to:\n  c: (if x >= 1 then 1 else 0) >= 1\n", "OK"),
    (
      "variables: {x: {upper: 9}}\nsubject to:\n  c: (if x >= 1 then 1 else 0) >= 1\n",
      "3:10: the condition cannot be linearised: x has no lower bound (in c); expected lower and upper bounds for its variables"
    ),
    (
      "variables: {x: {lower: 0, upper: 9}}\nsubject to:\n  c: (if x >= 1 then 1 else 0) <= 0\n",
      "3:10: a strict inequality on values that need not be whole (in c); expected integer variables, or the sign that lets the boundary fall on the harmless side (> for >=, < for <=)"
    ),
    (
      "variables: {x: {lower: 0, upper: 9}}\nsubject to:\n  c: (if x^2 >= 1 then 1 else 0) >= 1\n",
      "3:10: a condition on a nonlinear formula cannot be linearised (in c); expected a variable of its own for the formula, with bounds, and the condition on that"
    ),
    (
      "variables: {x: {lower: 0, upper: 9}}\nsubject to:\n  c: x != 1\n",
      "3:6: a strict inequality on values that need not be whole (in c); expected integer variables, or the sign that lets the boundary fall on the harmless side (> for >=, < for <=)"
    ),
    // Units
    (
      "variables: {x: {unit: kg}, y: {unit: m}}\nminimize: x + y\n",
      "2:15: a sum of kg and m (in the objective); expected equal units; a parameter with a unit converts"
    ),
    (
      "variables: {x: {unit: kg}}\nparameters: {p: {value: 2, unit: m/s^2}}\nsubject to:\n  c: p * x <= p\n",
      "4:15: a comparison of kg*m/s^2 and m/s^2; expected equal units; a parameter with a unit converts"
    ),
    (
      "variables: {x: {unit: kg}}\nminimize: exp(x)\n",
      "2:15: exp of something in kg (in the objective); expected a number without a unit; divide by one"
    ),
    (
      "variables: {x: {unit: k g}}\n",
      "1:23: k g is no unit; expected names joined by * and / with powers such as m^2, or 1"
    ),
  ]

  static func message(_ text: String, _ notation: FiveElementModel.Notation = .yaml) -> String {
    do {
      _ = try FiveElementModel.parse(text: text, notation: notation, path: "m")
      return "OK"
    } catch { return String(error.description.dropFirst(2)) }
  }

  @Test func messages() {
    for (text, wanted) in Self.table {
      let found = Self.message(text)
      #expect(found == wanted, "\(text)")
    }
  }
}
