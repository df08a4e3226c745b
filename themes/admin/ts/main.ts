// Registers the behaviours; each attaches to HTML that already makes sense without it.
import { Application, type ControllerConstructor } from "@hotwired/stimulus";
import Dirty from "./behaviours/dirty";
import Drop from "./behaviours/drop";
import Focal from "./behaviours/focal";
import Focus from "./behaviours/focus";
import Menu from "./behaviours/menu";
import OneLine from "./behaviours/one_line";
import Outline from "./behaviours/outline";
import Preview from "./behaviours/preview";
import Shortcuts from "./behaviours/shortcuts";
import ShownWhen from "./behaviours/shown_when";
import Tabs from "./behaviours/tabs";
import Theme from "./behaviours/theme";
import Tree from "./behaviours/tree";
import Chooser from "./fields/chooser";
import Code from "./fields/code";
import Colour from "./fields/colour";
import GridEditor from "./fields/grid_editor";
import Picker from "./fields/picker";
import RichText from "./fields/rich_text";
import Rows from "./fields/rows";
import Slug from "./fields/slug";
import Tags from "./fields/tags";

const behaviours: Record<string, ControllerConstructor> = {
  chooser: Chooser, code: Code, colour: Colour, dirty: Dirty, drop: Drop, focal: Focal, focus: Focus,
  "grid-editor": GridEditor, menu: Menu, "one-line": OneLine, outline: Outline, picker: Picker, preview: Preview, "rich-text": RichText,
  rows: Rows, shortcuts: Shortcuts, "shown-when": ShownWhen, slug: Slug, tabs: Tabs, tags: Tags, theme: Theme, tree: Tree,
};

document.documentElement.classList.add("js");
const application = Application.start();
for (const [name, behaviour] of Object.entries(behaviours)) application.register(name, behaviour);
