from email_render.cli import main

main(prog_name="python -m email_render")
