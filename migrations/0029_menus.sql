-- What stands in a menu is few of many: the pages directly beneath another one that show in menus, in their order.

create index objects_menu on objects (parent, show_in_menus, path);
