"""How Sphinx builds these pages: `sphinx-build -W docs build/docs`. Nothing is loaded from elsewhere, when built or when read."""

import tensor_deriv

project = "tensor_deriv"
release = tensor_deriv.__version__
extensions = ["myst_parser"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Derivatives of tensor formulas, every line checked",
    "page_width": "1280px",
    "body_max_width": "none",
    "code_font_size": "0.8em",
}
pygments_style = "sphinx"  # what a command prints in dark grey
html_copy_source = False
html_show_copyright = False
myst_heading_anchors = 3
